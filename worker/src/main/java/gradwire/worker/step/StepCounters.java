package gradwire.worker.step;

import gradwire.transport.Outcome;
import java.time.InstantSource;

/** What one worker did, as it counts it. One thread writes, others may read roughly. */
public final class StepCounters {
  private final InstantSource clock;
  private volatile long samples;
  private volatile long applied;
  private volatile long dropped;
  private volatile double firstStepAt = Double.NaN;
  private volatile double lastStepAt = Double.NaN;

  public StepCounters(InstantSource clock) {
    this.clock = clock;
  }

  void trainingBegins() {
    firstStepAt = now();
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  void stepDone(long numExamples, Outcome outcome) {
    switch (outcome) {
      case APPLIED, DUPLICATE -> {
        applied++;
        samples += numExamples;
      }
      case LATE -> {
        dropped++;
        samples += numExamples;
      }
      case FINISHED, NONE -> {}
    }
  }

  void trainingEnds() {
    lastStepAt = now();
  }

  private double now() {
    return clock.millis() / 1e3;
  }

  /** Examples whose gradients were pushed. */
  public long samples() {
    return samples;
  }

  /** Pushes that the servers said are in the weights. */
  public long applied() {
    return applied;
  }

  /** Pushes that the servers said came too late. */
  public long dropped() {
    return dropped;
  }

  /** Epoch seconds at which the first step began. */
  public double firstStepAt() {
    return firstStepAt;
  }

  /** Epoch seconds at which the last step was done. */
  public double lastStepAt() {
    return lastStepAt;
  }
}
