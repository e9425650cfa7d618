package gradwire.server.shard;

import gradwire.config.Consistency;
import gradwire.error.Expect;
import gradwire.error.GradwireException;
import gradwire.server.checkpoint.CheckpointWriter;
import gradwire.server.optimizer.Optimizer;
import gradwire.server.sync.Pending;
import gradwire.server.sync.ShardAccess;
import gradwire.server.sync.UpdatePolicy;
import gradwire.transport.OpenRequest;
import gradwire.transport.Outcome;
import gradwire.transport.Push;
import gradwire.transport.Replier;
import gradwire.transport.ShardSettings;
import gradwire.transport.Weights;
import java.util.List;

/**
 * One run on one shard, from the chief's settings to the last step. Called under the shard's lock.
 */
final class ShardRun implements ShardAccess {
  private final ShardSettings settings;
  private final long layoutFingerprint;
  private final Members members;
  private final ShardMemory memory;
  private final UpdatePolicy policy;
  private final CheckpointWriter checkpoints;
  private final Staleness staleness = new Staleness();
  private boolean hasValues;
  private long step;
  private long lastStep;

  private ShardRun(
      ShardSettings settings,
      long layoutFingerprint,
      Members members,
      CheckpointWriter checkpoints) {
    this.settings = settings;
    this.layoutFingerprint = layoutFingerprint;
    this.members = members;
    this.checkpoints = checkpoints;
    this.lastStep = settings.lastStep();
    this.memory = new ShardMemory(settings.shard(), Optimizer.of(settings.optimizer()));
    this.policy =
        UpdatePolicy.of(settings.consistency(), members.size(), givesVerdicts(settings), this);
  }

  /**
   * A run as the chief describes it.
   *
   * @throws GradwireException if it can never be, or this server has no memory for it
   */
  static ShardRun of(OpenRequest request, ShardSettings settings, CheckpointWriter checkpoints) {
    int numWorkers = request.numWorkers();
    Expect.that(numWorkers >= 1, "num_workers", "at least 1 worker", numWorkers, "try 1");
    if (settings.consistency() instanceof Consistency.Sync(var replicas)) {
      Expect.that(
          replicas.orElse(numWorkers) <= numWorkers,
          "training.consistency.sync.replicas_to_aggregate",
          "at most the " + numWorkers + " workers that there are",
          replicas.orElse(numWorkers),
          "leave it out to wait for all");
    }
    try {
      return new ShardRun(
          settings, request.layoutFingerprint(), new Members(numWorkers), checkpoints);
    } catch (OutOfMemoryError e) {
      throw new GradwireException(
          "shard of "
              + settings.shard().length()
              + " floats: expected room for weights and optimizer slots, got: "
              + e.getMessage()
              + "; use more servers or give each more memory",
          e);
    }
  }

  /** With backup workers and several servers, the first server chooses a step's gradients. */
  private static boolean givesVerdicts(ShardSettings settings) {
    return settings.numShards() > 1
        && settings.consistency() instanceof Consistency.Sync(var replicas)
        && replicas.isPresent();
  }

  ShardSettings settings() {
    return settings;
  }

  long layoutFingerprint() {
    return layoutFingerprint;
  }

  Members members() {
    return members;
  }

  ShardMemory memory() {
    return memory;
  }

  UpdatePolicy policy() {
    return policy;
  }

  Staleness staleness() {
    return staleness;
  }

  boolean hasValues() {
    return hasValues;
  }

  void valuesArrived() {
    hasValues = true;
  }

  long moveLastStep(long wanted) {
    lastStep = Math.max(wanted, step);
    policy.lastStepMoved();
    return lastStep;
  }

  void saveFinal() {
    checkpoints.saveFinal(step, memory);
  }

  /** Refuses a push that claims to know weights which are not there yet. */
  void checkStep(Push push) {
    boolean mayRunAhead = givesVerdicts(settings);
    if (push.step() < 0 || push.step() > step && !mayRunAhead) {
      throw new GradwireException(
          push + ": expected weights of step 0 to " + step + ", the last one here");
    }
  }

  @Override
  public long step() {
    return step;
  }

  @Override
  public long lastStep() {
    return lastStep;
  }

  @Override
  public void apply(List<Pending> gradients) {
    memory.apply(step + 1, gradients.stream().map(p -> p.gradient().memory()).toList());
    for (Pending pending : gradients) {
      members.applied(pending.push().worker());
      staleness.record(step - pending.push().step());
    }
    step++;
    if (settings.checkpoint().everySteps() > 0 && step % settings.checkpoint().everySteps() == 0) {
      checkpoints.saveLater(step, memory);
    }
  }

  @Override
  public void drop(Pending gradient) {
    members.dropped(gradient.push().worker());
  }

  @Override
  public void reply(Replier replier, Outcome outcome) {
    replier.weights(new Weights(outcome, step, lastStep), memory.weights());
  }
}
