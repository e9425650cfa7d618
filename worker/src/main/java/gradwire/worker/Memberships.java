package gradwire.worker;

import gradwire.cluster.RoleArguments;
import gradwire.cluster.TaskId;
import gradwire.config.Consistency;
import gradwire.config.Training;
import gradwire.membership.Member;
import gradwire.membership.Membership;
import gradwire.membership.MembershipPlan;
import gradwire.membership.Moves;
import gradwire.run.RunFolder;
import gradwire.transport.grpc.ConnectionOptions;
import gradwire.transport.grpc.GrpcMembership;
import gradwire.transport.grpc.TlsFiles;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** A worker's process as a member of its run. */
final class Memberships {
  private static final TaskId COORDINATOR = TaskId.ps(0);

  private Memberships() {}

  /**
   * Starts to join the run, and returns; to be called early, as the answer is needed when the model
   * is ready.
   *
   * @param consistency as resolved: it decides when replicas may move
   */
  static Membership join(
      RoleArguments arguments,
      Training training,
      Consistency consistency,
      int numWorkers,
      int numReplicas) {
    return new GrpcMembership(
        COORDINATOR.name(),
        () -> ServerAddresses.await(arguments, COORDINATOR),
        new Member(
            arguments.task().index(),
            arguments.incarnation(),
            ThreadLocalRandom.current().nextLong()),
        new MembershipPlan(
            numWorkers, numReplicas, training.leaseMillis(), moves(consistency, numReplicas)),
        new ConnectionOptions(
            training.transport(),
            arguments.runFolder().flatMap(folder -> TlsFiles.in(new RunFolder(folder).tls())),
            Duration.ofSeconds(training.waitTimeoutSeconds()),
            ServerAddresses.ATTEMPT));
  }

  /** Which gradients of a step count is up to chance with backup workers: their owners stay. */
  static Moves moves(Consistency consistency, int numReplicas) {
    return switch (consistency) {
      case Consistency.Async() -> Moves.WHEN_GONE;
      case Consistency.Ssp(int maxLagSteps) -> Moves.WHEN_SLOW;
      case Consistency.Sync(var counted) ->
          counted.orElse(numReplicas) == numReplicas ? Moves.WHEN_SLOW : Moves.NEVER;
    };
  }
}
