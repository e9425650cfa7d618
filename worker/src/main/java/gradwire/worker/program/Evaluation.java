package gradwire.worker.program;

import java.lang.foreign.MemorySegment;
import java.util.SortedMap;

/** Judges parameters on data that is not trained on. One thread (the one that made it). */
public interface Evaluation extends AutoCloseable {
  /**
   * @param parameters {@code [layout.numFloats] float32}, read before it returns
   * @return values by camel-case name, e.g. {@code testAccuracy} in {@code [0, 1]}
   */
  SortedMap<String, Double> evaluate(MemorySegment parameters);

  @Override
  void close();
}
