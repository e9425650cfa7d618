package gradwire.server.simulation;

import gradwire.cluster.ShardMap;
import gradwire.config.CheckpointPlan;
import gradwire.config.Consistency;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.TensorSpec;
import gradwire.transport.ShardSettings;
import gradwire.update.OptimizerSpec;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;

/**
 * A job, and how much goes wrong.
 *
 * @param numSteps of each worker
 * @param dependent gradients depend on the weights of all servers, and the optimizer is Adam; only
 *     in step, where the outcome's bits depend on no timing
 * @param endsAfter the chief ends the run after that many steps, in step only; else {@code
 *     numSteps}
 * @param fullDisk the last server finds no room on its disk at first
 * @param numFaults at most this many
 * @param oneFaultIn messages, on average
 * @param oneTwiceIn questions, on average, reach their server twice
 * @param snapshotEvery so many steps; 0: never
 */
record Scenario(
    int numServers,
    int numWorkers,
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

  static Scenario of(Random random) {
    int numServers = 1 + random.nextInt(3);
    int numWorkers = 1 + random.nextInt(4);
    int numSteps = 3 + random.nextInt(6);
    Consistency consistency =
        switch (random.nextInt(4)) {
          case 0 -> new Consistency.Async();
          case 1 -> new Consistency.Ssp(random.nextInt(3));
          default -> new Consistency.Sync(OptionalInt.empty());
        };
    boolean dependent = random.nextBoolean() && consistency instanceof Consistency.Sync;
    boolean endsEarly = random.nextInt(4) == 0 && consistency instanceof Consistency.Sync;
    int endsAfter = endsEarly ? 1 + random.nextInt(numSteps) : numSteps;
    boolean fullDisk = random.nextInt(16) == 0;
    int oneFaultIn = 10 + random.nextInt(120);
    int oneTwiceIn = random.nextBoolean() ? NEVER : 3 + random.nextInt(30);
    return new Scenario(
        numServers,
        numWorkers,
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

  /** Of each server's shard: one float for every push there is. */
  int numFloats() {
    return numWorkers * numSteps;
  }

  boolean inStep() {
    return consistency instanceof Consistency.Sync;
  }

  /** What one push takes off its weight: SGD, learning rate 1. */
  float unit() {
    return inStep() ? 1f / numWorkers : 1;
  }

  ShardSettings settings(int server) {
    FlatLayout layout =
        new FlatLayout(List.of(TensorSpec.weight("w", (long) numServers * numFloats())));
    return new ShardSettings(
        ShardMap.of(layout, numServers).shards().get(server),
        numServers,
        dependent
            ? OptimizerSpec.of("adam", Map.of())
            : OptimizerSpec.of("sgd", Map.of("learning_rate", 1.0)),
        consistency,
        inStep() ? numSteps : (long) numFloats() + 1,
        new CheckpointPlan(snapshotEvery, 2));
  }
}
