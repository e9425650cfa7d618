package gradwire.bench.transport;

import gradwire.error.GradwireException;
import gradwire.tensor.Floats;
import gradwire.transport.Farewell;
import gradwire.transport.OpenReply;
import gradwire.transport.OpenRequest;
import gradwire.transport.Outcome;
import gradwire.transport.Push;
import gradwire.transport.Replier;
import gradwire.transport.ShardService;
import gradwire.transport.TensorBuffer;
import gradwire.transport.Weights;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * A server's end that takes gradients and gives weights, and computes nothing: so a row shows the
 * transport alone. Each worker's first gradient is checked. Thread-safe.
 */
final class BenchShard implements ShardService {
  private static final long NEVER = 1L << 40;

  private final MemorySegment weights;
  private final boolean answersPushWithWeights;

  /**
   * @param weights what a pull gets
   * @param direction whether a push gets it, too, or an answer without floats
   */
  BenchShard(MemorySegment weights, Direction direction) {
    this.weights = weights;
    this.answersPushWithWeights = direction.comesDown();
  }

  @Override
  public CompletableFuture<OpenReply> open(OpenRequest request) {
    return CompletableFuture.completedFuture(new OpenReply(0, true, 0, 0));
  }

  @Override
  public void initialize(int worker, int incarnation, TensorBuffer values) {
    values.release();
  }

  @Override
  public long numFloats() {
    return Floats.length(weights);
  }

  @Override
  public void push(Push push, TensorBuffer gradient, Replier replier) {
    try {
      if (push.sequence() == 1) {
        Numbers.check(push.toString(), gradient.memory(), 0, 0);
      }
    } catch (GradwireException wrong) {
      replier.fail(wrong);
      return;
    } finally {
      gradient.release();
    }
    replier.lastingWeights(
        new Weights(Outcome.APPLIED, push.sequence(), NEVER),
        answersPushWithWeights ? weights : MemorySegment.NULL);
  }

  @Override
  public void pull(int worker, int incarnation, OptionalLong step, Replier replier) {
    replier.lastingWeights(new Weights(Outcome.NONE, 0, NEVER), weights);
  }

  @Override
  public long declareLastStep(int worker, int incarnation, long step) {
    return NEVER;
  }

  @Override
  public CompletableFuture<Void> awaitOthers(int worker, int incarnation) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public Farewell leave(int worker, int incarnation) {
    return new Farewell(0, 0);
  }

  @Override
  public void disconnected(int worker, int incarnation, int line, String why) {}
}
