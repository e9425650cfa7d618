package gradwire.worker.step;

import gradwire.random.Draws;
import gradwire.trace.Lane;
import gradwire.trace.Span;
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
  private final Lane lane;
  private final StepExchange step;

  /**
   * @param lane records the steps; the one that {@code servers} has
   */
  TrainingLoop(
      WorkerSetup setup,
      TrainingTask task,
      ServerGroup servers,
      StepCounters counters,
      Lane lane,
      Between between) {
    this.task = task;
    this.servers = servers;
    this.replica = setup.task().index();
    this.seed = setup.training().seed();
    this.between = between;
    this.lane = lane;
    this.step = new StepExchange(task.engine(), servers, counters, lane);
  }

  /**
   * Trains on from {@code weights}, which the engine holds. Returns the last ones.
   *
   * @param joined where earlier incarnations got to. The next push is one more, of the batch with
   *     that index; if one server has it, the others get it, too, whatever step it is
   */
  Weights run(Weights weights, ServerGroup.Joined joined) {
    Batch batch = nextBatch(joined.sequence());
    weights = between.betweenSteps(weights, Double.NaN);
    for (long localStep = joined.sequence() + 1;
        !weights.isLast() || localStep <= joined.begun();
        localStep++) {
      double loss = step.run(batch, randomKey(localStep), localStep);
      batch = nextBatchMeanwhile(localStep);
      weights = between.betweenSteps(stepDone(localStep, loss), loss);
    }
    return step.awaitAll();
  }

  /** Fetched while the servers are busy; if it can't be, the step under way still ends first. */
  private Batch nextBatchMeanwhile(long index) {
    try {
      return nextBatch(index);
    } catch (RuntimeException noBatch) {
      servers.awaitWeights();
      throw noBatch;
    }
  }

  private Batch nextBatch(long index) {
    long begun = lane.begin();
    Batch batch = task.batches().next(replica, index);
    lane.end(Span.BATCH, begun, index);
    return batch;
  }

  private Weights stepDone(long localStep, double loss) {
    Weights weights = step.awaitStep();
    if (weights.outcome() != Outcome.FINISHED) {
      task.listener().stepDone(localStep, weights.step(), loss);
    }
    return weights;
  }

  private long randomKey(long localStep) {
    return Draws.of(seed, Draws.Purpose.DROPOUT, replica, localStep).nextLong();
  }
}
