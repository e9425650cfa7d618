package gradwire.simulation;

import gradwire.cluster.ShardMap;
import gradwire.config.CheckpointPlan;
import gradwire.config.Consistency;
import gradwire.config.Training;
import gradwire.membership.MembershipPlan;
import gradwire.membership.Moves;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.TensorSpec;
import gradwire.transport.ShardSettings;
import gradwire.update.OptimizerSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;

/**
 * A job, and how much goes wrong.
 *
 * @param numWorkers that the job has; others may come on top
 * @param numSpares of those
 * @param numSteps of each replica; on average, where they need not be in step
 * @param dependent gradients depend on the weights of all servers, and the optimizer is Adam; only
 *     in step, where the outcome's bits depend on no timing
 * @param endsAfter the chief ends the run after that many steps, in step only; else it ends by
 *     itself
 * @param fullDisk the last server finds no room on its disk at first
 * @param numFaults at most this many
 * @param oneFaultIn messages, on average
 * @param oneTwiceIn questions, on average, reach their server twice
 * @param snapshotEvery so many steps; 0: never
 */
record Scenario(
    int numServers,
    int numWorkers,
    int numSpares,
    int numReplicas,
    int numSteps,
    Consistency consistency,
    boolean dependent,
    int endsAfter,
    boolean fullDisk,
    int numFaults,
    int oneFaultIn,
    int oneTwiceIn,
    int snapshotEvery) {
  private static final int NEVER = Integer.MAX_VALUE;

  /** So that a lease is far longer than most delays. */
  private static final long LEASE_MILLIS = 200 * Events.MILLIS_PER_TICK;

  static Scenario of(Random random) {
    int numServers = 1 + random.nextInt(3);
    int numReplicas = 1 + random.nextInt(4);
    int numWorkers = 1 + random.nextInt(numReplicas);
    int mostSpares = Math.min(2, 2 * numReplicas - numWorkers);
    int numSpares = random.nextInt(3) == 0 ? 1 + random.nextInt(mostSpares) : 0;
    int numSteps = 3 + random.nextInt(6);
    Consistency consistency =
        switch (random.nextInt(4)) {
          case 0 -> new Consistency.Async();
          case 1 -> new Consistency.Ssp(random.nextInt(3));
          default -> new Consistency.Sync(OptionalInt.empty());
        };
    boolean inStep = consistency instanceof Consistency.Sync;
    boolean dependent = random.nextBoolean() && inStep;
    boolean endsEarly = random.nextInt(4) == 0 && inStep;
    int last = inStep ? numSteps : numReplicas * numSteps;
    int endsAfter = endsEarly ? 1 + random.nextInt(numSteps) : last;
    boolean fullDisk = random.nextInt(16) == 0;
    int oneFaultIn = 10 + random.nextInt(120);
    int oneTwiceIn = random.nextBoolean() ? NEVER : 3 + random.nextInt(30);
    return new Scenario(
        numServers,
        numWorkers,
        numSpares,
        numReplicas,
        numSteps,
        consistency,
        dependent,
        endsAfter,
        fullDisk,
        1 + random.nextInt(12),
        oneFaultIn,
        oneTwiceIn,
        Math.max(0, random.nextInt(6) - 1));
  }

  /** The same job when nothing goes wrong. */
  Scenario undisturbed() {
    return new Scenario(
        numServers,
        numWorkers,
        0,
        numReplicas,
        numSteps,
        consistency,
        dependent,
        endsAfter,
        false,
        0,
        NEVER,
        NEVER,
        0);
  }

  /** Of the job, as it says itself. */
  int lastStep() {
    return inStep() ? numSteps : numReplicas * numSteps;
  }

  /** Of one replica. */
  int mostPushes() {
    return lastStep();
  }

  /** Of each server's shard: one float for every push that there may be. */
  int numFloats() {
    return numReplicas * mostPushes();
  }

  /** The float that one push takes something off. */
  int weightOf(int replica, long push) {
    return replica * mostPushes() + (int) push - 1;
  }

  boolean inStep() {
    return consistency instanceof Consistency.Sync;
  }

  /** What one push takes off its weight: SGD, learning rate 1. */
  float unit() {
    return inStep() ? 1f / numReplicas : 1;
  }

  FlatLayout layout() {
    return new FlatLayout(List.of(TensorSpec.weight("w", (long) numServers * numFloats())));
  }

  OptimizerSpec optimizer() {
    return dependent
        ? OptimizerSpec.of("adam", Map.of())
        : OptimizerSpec.of("sgd", Map.of("learning_rate", 1.0));
  }

  private CheckpointPlan checkpoint() {
    return new CheckpointPlan(snapshotEvery, 2);
  }

  ShardSettings settings(int server) {
    return new ShardSettings(
        ShardMap.of(layout(), numServers).shards().get(server),
        numServers,
        optimizer(),
        consistency,
        lastStep(),
        checkpoint());
  }

  /** As workers are told. */
  Training training() {
    Training plain = Training.DEFAULT;
    return new Training(
        consistency,
        plain.seed(),
        plain.wire(),
        checkpoint(),
        Optional.empty(),
        0,
        Optional.empty(),
        plain.waitTimeoutSeconds(),
        LEASE_MILLIS / 1e3,
        plain.transport(),
        false,
        false,
        OptionalInt.of(numReplicas),
        plain.engine());
  }

  MembershipPlan membership() {
    return new MembershipPlan(
        numWorkers,
        numReplicas,
        LEASE_MILLIS,
        consistency instanceof Consistency.Async ? Moves.WHEN_GONE : Moves.WHEN_SLOW);
  }
}
