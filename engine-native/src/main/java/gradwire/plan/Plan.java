package gradwire.plan;

import gradwire.worker.engine.StepFlow;
import java.lang.foreign.MemorySegment;

/** A network laid out for batches of one size, on whatever computes it. One thread. */
public interface Plan extends AutoCloseable {
  /**
   * What a plan is for.
   *
   * @param input an example's shape
   * @param batchSize examples
   * @param training else inference: no gradients, running statistics
   */
  record Use(Shape input, int batchSize, boolean training) {}

  /** An example's shape at the end of the network. */
  Shape output();

  /**
   * Forward and backward.
   *
   * @param features {@code [batch, ...]}
   * @param labels {@code [batch, ...]}
   * @param scale of loss and gradient, which are sums over the batch
   * @param key what random draws follow from: the same key, the same bits
   * @param flow is told of every vertex's parameters
   * @return the loss
   */
  double computeGradient(
      MemorySegment features, MemorySegment labels, double scale, long key, StepFlow flow);

  /**
   * Forward alone.
   *
   * @param features {@code [batch, ...]}
   * @param outputs {@code [batch, ...]}, written
   */
  void infer(MemorySegment features, MemorySegment outputs);

  @Override
  void close();
}
