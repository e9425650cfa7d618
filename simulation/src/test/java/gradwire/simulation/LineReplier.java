package gradwire.simulation;

import gradwire.error.GradwireException;
import gradwire.transport.Outcome;
import gradwire.transport.Replier;
import gradwire.transport.Weights;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Sends the answer to a push or pull over the line that it came over.
 *
 * @param sequence of the push, 0 for a pull
 */
record LineReplier(Asker asker, long sequence) implements Replier {
  @Override
  public int line() {
    return asker.line().number();
  }

  @Override
  public void accepted() {}

  @Override
  public void weights(Weights head, MemorySegment memory) {
    Line line = asker.line();
    if (head.outcome() == Outcome.APPLIED || head.outcome() == Outcome.DUPLICATE) {
      line.server().acknowledged(line.replica(), sequence);
    }
    line.server().told(head.step());
    asker.answer(new Answer.Got(head, memory.toArray(ValueLayout.JAVA_FLOAT)));
  }

  @Override
  public void fail(GradwireException failure) {
    asker.answer(new Answer.Refused(failure));
  }
}
