package gradwire.server.sync;

import gradwire.error.GradwireException;
import gradwire.transport.Outcome;
import gradwire.transport.Push;
import gradwire.transport.Replier;
import gradwire.transport.TensorBuffer;

/**
 * A push that has arrived and is not answered yet.
 *
 * @param push whose, and which
 * @param gradient {@code [shardLength] float32}, owned until released
 * @param replier where the answer goes
 */
public record Pending(Push push, TensorBuffer gradient, Replier replier) {
  /** The answer: gives the gradient's memory back and sends {@code weights}. */
  void answer(Outcome outcome, ShardAccess shard) {
    gradient.release();
    shard.reply(replier, outcome);
  }

  /** There will be no answer: gives the gradient's memory back and says why. */
  void fail(GradwireException failure) {
    gradient.release();
    replier.fail(failure);
  }

  boolean isOf(int worker) {
    return push.worker() == worker;
  }

  Pending withReplier(Replier other) {
    return new Pending(push, gradient, other);
  }
}
