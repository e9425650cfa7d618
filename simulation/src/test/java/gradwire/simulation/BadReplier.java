package gradwire.simulation;

import gradwire.error.GradwireException;
import gradwire.transport.Outcome;
import gradwire.transport.Replier;
import gradwire.transport.Weights;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Answers as another would.
 *
 * @param line that the question is taken to have come over
 * @param outcome to be told in place of the true one
 * @param answered told of the answer
 */
record BadReplier(Replier to, int line, Optional<Outcome> outcome, Runnable answered)
    implements Replier {
  static Replier over(Replier to, int line) {
    return new BadReplier(to, line, Optional.empty(), () -> {});
  }

  static Replier telling(Replier to, Outcome outcome) {
    return new BadReplier(to, to.line(), Optional.of(outcome), () -> {});
  }

  static Replier noting(Replier to, Runnable answered) {
    return new BadReplier(to, to.line(), Optional.empty(), answered);
  }

  /** Whoever asked hears nothing. */
  static Replier silent(Replier to) {
    return new Replier() {
      @Override
      public int line() {
        return to.line();
      }

      @Override
      public void accepted() {}

      @Override
      public void weights(Weights weights, MemorySegment memory) {}

      @Override
      public void fail(GradwireException failure) {}
    };
  }

  @Override
  public void accepted() {
    to.accepted();
  }

  @Override
  public void weights(Weights weights, MemorySegment memory) {
    answered.run();
    to.weights(
        new Weights(outcome.orElse(weights.outcome()), weights.step(), weights.lastStep()), memory);
  }

  @Override
  public void fail(GradwireException failure) {
    to.fail(failure);
  }
}
