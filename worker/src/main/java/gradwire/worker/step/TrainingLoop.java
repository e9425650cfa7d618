package gradwire.worker.step;

import gradwire.membership.Membership;
import gradwire.random.Draws;
import gradwire.trace.Lane;
import gradwire.trace.Span;
import gradwire.transport.Outcome;
import gradwire.transport.Weights;
import gradwire.worker.engine.Batch;
import gradwire.worker.program.TrainingTask;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a worker does: batch, gradient, push, for each of its replicas, and pull, until the servers
 * say that it was the last step. One thread.
 */
final class TrainingLoop {
  /** Told between steps, on the loop's thread, while the engine holds the weights just pulled. */
  interface Between {
    /**
     * @return the weights as they then stand: the same, or with another last step
     * @throws AssignmentChangedException if the worker is to compute other replicas from here on
     */
    Weights betweenSteps(Weights weights, double loss);
  }

  private final TrainingTask task;
  private final HeldReplicas replicas;
  private final Membership membership;
  private final long seed;
  private final Between between;
  private final Lane lane;
  private final StepExchange step;

  // The batch that was fetched ahead: valid until the next is.
  private @Nullable Batch batch;
  private @Nullable ReplicaSession batchOf;
  private long batchIndex;

  /** Of the weights that the engine holds. */
  private long globalStep;

  /**
   * @param seed of the run
   * @param lane records the steps; the one that the replicas' servers have
   */
  TrainingLoop(
      long seed,
      TrainingTask task,
      HeldReplicas replicas,
      Membership membership,
      Lane lane,
      Between between) {
    this.task = task;
    this.replicas = replicas;
    this.membership = membership;
    this.seed = seed;
    this.between = between;
    this.lane = lane;
    this.step = new StepExchange(task.engine(), replicas, lane, System::nanoTime);
  }

  /** Trains on from {@code weights}, which the engine holds. Returns the last ones. */
  Weights run(Weights weights) {
    fetch(replicas.likelyRound().getFirst());
    globalStep = weights.step();
    weights = between.betweenSteps(weights, Double.NaN);
    List<ReplicaSession> round = replicas.round(weights);
    while (!round.isEmpty()) {
      double loss = pushAll(round);
      weights = between.betweenSteps(stepDone(round, loss), loss);
      round = replicas.round(weights);
    }
    return replicas.awaitAll();
  }

  /** Returns the mean loss. */
  private double pushAll(List<ReplicaSession> round) {
    double sum = 0;
    for (int i = 0; i < round.size(); i++) {
      sum += push(round.get(i));
      if (i + 1 < round.size()) {
        fetch(round.get(i + 1));
      } else {
        fetchMeanwhile(replicas.likelyRound().getFirst());
      }
    }
    return sum / round.size();
  }

  private double push(ReplicaSession session) {
    Batch next = batchOf(session);
    double loss = step.run(session, next, randomKey(session));
    membership.computed(globalStep, step.computeNanos());
    return loss;
  }

  /** Fetched while the servers are busy; if it can't be, the step under way still ends first. */
  private void fetchMeanwhile(ReplicaSession session) {
    try {
      fetch(session);
    } catch (RuntimeException noBatch) {
      var unused = replicas.awaitAll();
      throw noBatch;
    }
  }

  private Batch batchOf(ReplicaSession session) {
    Batch present = batch;
    return present != null && session.equals(batchOf) && batchIndex == session.sequence()
        ? present
        : fetch(session);
  }

  private Batch fetch(ReplicaSession session) {
    long begun = lane.begin();
    Batch next = task.batches().next(session.replica(), session.sequence());
    batch = next;
    batchOf = session;
    batchIndex = session.sequence();
    lane.end(Span.BATCH, begun, session.sequence());
    return next;
  }

  private Weights stepDone(List<ReplicaSession> round, double loss) {
    Weights weights = replicas.awaitStep(round);
    globalStep = weights.step();
    if (weights.outcome() != Outcome.FINISHED) {
      task.listener().stepDone(round.getFirst().sequence(), weights.step(), loss);
    }
    return weights;
  }

  private long randomKey(ReplicaSession session) {
    return Draws.of(
            seed, Draws.Purpose.DROPOUT, session.replica(), Math.addExact(session.sequence(), 1))
        .nextLong();
  }
}
