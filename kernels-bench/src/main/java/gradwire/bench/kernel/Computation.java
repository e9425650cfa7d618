package gradwire.bench.kernel;

import java.util.function.LongToDoubleFunction;

/** A kernel beside its inputs, ready to run again and again. One thread. */
interface Computation extends AutoCloseable {
  /** Computes it once, or queues that on a device. */
  void compute();

  /** Blocks until all that was queued is done. */
  default void await() {}

  /** The numbers of the result, after the first {@link #compute} and {@link #await}. */
  LongToDoubleFunction result();

  @Override
  default void close() {}
}
