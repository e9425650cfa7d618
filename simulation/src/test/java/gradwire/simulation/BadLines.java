package gradwire.simulation;

import gradwire.transport.OpenReply;
import gradwire.transport.OpenRequest;
import gradwire.transport.Outcome;
import gradwire.transport.Push;
import gradwire.transport.ShardConnection;
import gradwire.transport.Weights;
import java.lang.foreign.MemorySegment;

/** Workers' lines that ask too little, or hear what nobody said. */
final class BadLines {
  private BadLines() {}

  /** The first push after a line broke is not sent. */
  static ShardConnection askingNothing(ShardConnection line) {
    return new ForwardingConnection(line) {
      private boolean hasAsked;

      @Override
      public void push(Push push, MemorySegment gradient, MemorySegment weights) {
        if (hasAsked) {
          super.push(push, gradient, weights);
        }
        hasAsked = true;
      }
    };
  }

  /** The first push after a line broke is not sent, and answered. */
  static ShardConnection answeringAtOnce(ShardConnection line) {
    return new ForwardingConnection(line) {
      private long step;
      private boolean hasAsked;
      private boolean isAnswered;

      @Override
      public OpenReply open(OpenRequest request) {
        OpenReply reply = super.open(request);
        step = reply.step();
        return reply;
      }

      @Override
      public void push(Push push, MemorySegment gradient, MemorySegment weights) {
        isAnswered = !hasAsked;
        hasAsked = true;
        if (!isAnswered) {
          super.push(push, gradient, weights);
        }
      }

      @Override
      public Weights awaitStep() {
        return isAnswered ? made() : super.awaitStep();
      }

      @Override
      public Weights awaitWeights() {
        return isAnswered ? made() : super.awaitWeights();
      }

      private Weights made() {
        return new Weights(Outcome.APPLIED, step, Long.MAX_VALUE);
      }
    };
  }

  /** While another replica's answer is awaited, nobody sees that this line broke. */
  static ShardConnection lookingAfterNothing(ShardConnection connection) {
    return new ForwardingConnection(connection) {
      @Override
      public void lookAfter() {}
    };
  }
}
