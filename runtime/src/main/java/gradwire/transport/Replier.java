package gradwire.transport;

import gradwire.error.GradwireException;
import java.lang.foreign.MemorySegment;

/**
 * Where a server's answer to one push or pull goes. Called under the shard's lock, maybe by another
 * connection's thread; must not block.
 */
public interface Replier {
  /** The push was taken; {@link #weights} follows when its step is done. */
  void accepted();

  /**
   * The answer, exactly once unless {@link #fail} is called.
   *
   * @param memory the shard's weights; for a small shard read before this returns, for a large one
   *     piece by piece as the connection drains
   */
  void weights(Weights weights, MemorySegment memory);

  /**
   * The answer, as {@link #weights}, where the shard promises more: the memory stays as it is until
   * this worker's next push is here as a whole. So it may be sent from where it lies.
   */
  default void lastingWeights(Weights weights, MemorySegment memory) {
    weights(weights, memory);
  }

  /** The number of the line that the push or pull came over, see {@link OpenRequest#line}. */
  int line();

  /** The push or pull cannot be answered; the message is for a person. */
  void fail(GradwireException failure);
}
