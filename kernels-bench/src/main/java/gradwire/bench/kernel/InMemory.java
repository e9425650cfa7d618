package gradwire.bench.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.function.LongToDoubleFunction;

/**
 * What leaves its result in this process's memory.
 *
 * @param kernel computes it
 * @param output the result, row-major float32
 */
record InMemory(Runnable kernel, MemorySegment output) implements Computation {
  @Override
  public void compute() {
    kernel.run();
  }

  @Override
  public LongToDoubleFunction result() {
    return index -> output.getAtIndex(JAVA_FLOAT, index);
  }
}
