package gradwire.worker.step;

import gradwire.random.Draws;
import gradwire.transport.Outcome;
import gradwire.transport.Weights;
import gradwire.worker.engine.Batch;
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
  private final StepExchange step;

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
    this.step = new StepExchange(task.engine(), servers);
  }

  /** Trains on from {@code weights}, which the engine holds. Returns the last ones. */
  Weights run(Weights weights) {
    Batch batch = task.batches().next(replica, 0);
    weights = between.betweenSteps(weights, Double.NaN);
    for (long localStep = 1; !weights.isLast(); localStep++) {
      long numExamples = batch.numExamples();
      double loss = step.run(batch, randomKey(localStep));
      batch = task.batches().next(replica, localStep); // while the servers are busy
      weights = between.betweenSteps(stepDone(localStep, numExamples, loss), loss);
    }
    return servers.awaitWeights();
  }

  private Weights stepDone(long localStep, long numExamples, double loss) {
    Weights weights = servers.awaitStep();
    counters.stepDone(numExamples, weights.outcome());
    if (weights.outcome() != Outcome.FINISHED) {
      task.listener().stepDone(localStep, weights.step(), loss);
    }
    return weights;
  }

  private long randomKey(long localStep) {
    return Draws.of(seed, Draws.Purpose.DROPOUT, replica, localStep).nextLong();
  }
}
