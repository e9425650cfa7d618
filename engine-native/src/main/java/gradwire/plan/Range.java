package gradwire.plan;

import gradwire.tensor.Floats;
import java.lang.foreign.MemorySegment;

/** A range of the flat vectors, in floats. Immutable. */
public record Range(long begin, long length) {
  /** No parameters. */
  public static final Range NONE = new Range(0, 0);

  MemorySegment of(MemorySegment vector) {
    return Floats.slice(vector, begin, length);
  }

  boolean isEmpty() {
    return length == 0;
  }
}
