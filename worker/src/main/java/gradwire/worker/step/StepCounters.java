package gradwire.worker.step;

import gradwire.run.UpdateCounts;
import gradwire.run.UpdateLedger;
import gradwire.transport.Outcome;
import java.time.InstantSource;

/**
 * What the owners of one replica did, all of them together, as they count it: into a ledger that is
 * there when the process isn't any more. One thread.
 */
public final class StepCounters implements AutoCloseable {
  private final InstantSource clock;
  private final UpdateLedger ledger;
  private double lastStepAt = Double.NaN;

  /**
   * @param ledger closed by {@link #close}
   */
  public StepCounters(InstantSource clock, UpdateLedger ledger) {
    this.clock = clock;
    this.ledger = ledger;
  }

  /** The servers have told where the owner before got to. */
  void joined(String replica, ServerGroup.Joined joined) {
    ledger.record(counts().resumedAfter(replica, joined.sequence(), joined.applied()));
  }

  void trainingBegins() {
    ledger.record(counts().begunAt(now()));
  }

  /** A push is about to be sent. */
  void stepBegins(long sequence, long numExamples) {
    ledger.record(counts().attempting(sequence, numExamples));
  }

  /** All servers have answered the push. */
  void stepDone(Outcome outcome) {
    switch (outcome) {
      case APPLIED, DUPLICATE -> ledger.record(counts().settled(true));
      case LATE -> ledger.record(counts().settled(false));
      case FINISHED, NONE -> {}
    }
  }

  private UpdateCounts counts() {
    return ledger.counts();
  }

  void trainingEnds() {
    lastStepAt = now();
  }

  private double now() {
    return clock.millis() / 1e3;
  }

  /** The highest push that was sent. */
  public long attempted() {
    return counts().attempted();
  }

  /** Examples whose gradients were pushed. */
  public long samples() {
    return counts().samples();
  }

  /** Pushes that the servers said are in the weights. */
  public long applied() {
    return counts().acknowledged();
  }

  /** Pushes that the servers said came too late. */
  public long dropped() {
    return counts().dropped();
  }

  /** Epoch seconds at which the first step began. */
  public double firstStepAt() {
    return counts().firstStepAt();
  }

  /** Epoch seconds at which the last step was done. */
  public double lastStepAt() {
    return lastStepAt;
  }

  /** The counts can still be read. */
  @Override
  public void close() {
    ledger.close();
  }
}
