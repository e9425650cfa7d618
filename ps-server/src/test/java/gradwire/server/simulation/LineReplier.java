package gradwire.server.simulation;

import gradwire.error.GradwireException;
import gradwire.transport.Outcome;
import gradwire.transport.Replier;
import gradwire.transport.Weights;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Sends an answer over a line.
 *
 * @param sequence of the push, 0 for a pull
 */
record LineReplier(Line line, long sequence) implements Replier {
  @Override
  public void accepted() {}

  @Override
  public void weights(Weights head, MemorySegment memory) {
    if (head.outcome() == Outcome.APPLIED || head.outcome() == Outcome.DUPLICATE) {
      line.server().acknowledged(line.worker(), sequence);
    }
    line.server().told(head.step());
    line.answer(new Answer.Got(head, memory.toArray(ValueLayout.JAVA_FLOAT)));
  }

  @Override
  public void fail(GradwireException failure) {
    line.answer(new Answer.Refused(String.valueOf(failure.getMessage())));
  }
}
