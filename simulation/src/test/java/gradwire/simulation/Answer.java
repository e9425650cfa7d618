package gradwire.simulation;

import gradwire.error.GradwireException;
import gradwire.transport.OpenReply;
import gradwire.transport.Weights;

/** What a server says. */
sealed interface Answer {
  record Opened(OpenReply reply) implements Answer {}

  record Declared(long lastStep) implements Answer {}

  record Taken() implements Answer {}

  record Got(Weights head, float[] weights) implements Answer {
    @Override
    public String toString() {
      return head.toString();
    }
  }

  record Refused(GradwireException why) implements Answer {}
}
