package gradwire.worker.step;

import gradwire.random.Draws;
import gradwire.transport.Outcome;
import gradwire.transport.Weights;
import gradwire.worker.engine.Batch;
import gradwire.worker.engine.ComputeEngine;
import gradwire.worker.program.TrainingTask;

/**
 * What a worker does: batch, gradient, push, pull, until the servers say that it was the last step.
 * One thread.
 */
final class TrainingLoop {
  /** Told between steps, on the loop's thread, while the engine holds the weights just pulled. */
  interface Between {
    /**
     * @return the weights as they then stand: the same, or with another last step
     */
    Weights betweenSteps(Weights weights, double loss);
  }

  private final TrainingTask task;
  private final ServerGroup servers;
  private final int replica;
  private final long seed;
  private final Between between;
  private final StepCounters counters;

  TrainingLoop(
      TrainingTask task,
      ServerGroup servers,
      int replica,
      long seed,
      StepCounters counters,
      Between between) {
    this.task = task;
    this.servers = servers;
    this.replica = replica;
    this.seed = seed;
    this.counters = counters;
    this.between = between;
  }

  /** Trains on from {@code weights}, which the engine holds. Returns the last ones. */
  Weights run(Weights weights) {
    ComputeEngine engine = task.engine();
    double loss = Double.NaN;
    for (long localStep = 1; ; localStep++) {
      weights = between.betweenSteps(weights, loss);
      if (weights.isLast()) {
        return weights;
      }
      Batch batch = task.batches().next(replica, localStep - 1);
      loss = engine.computeGradient(batch, randomKey(localStep));
      weights = servers.pushAndPull(engine.gradient(), engine.parameters());
      counters.stepDone(batch.numExamples(), weights.outcome());
      if (weights.outcome() != Outcome.FINISHED) {
        task.listener().stepDone(localStep, weights.step(), loss);
      }
    }
  }

  private long randomKey(long localStep) {
    return Draws.of(seed, Draws.Purpose.DROPOUT, replica, localStep).nextLong();
  }
}
