package gradwire.plan;

import gradwire.kernels.cuda.DeviceRange;
import gradwire.tensor.Floats;
import java.lang.foreign.MemorySegment;

/** A range of the flat vectors, in floats. Immutable. */
public record Range(long begin, long length) {
  /** No parameters. */
  public static final Range NONE = new Range(0, 0);

  public MemorySegment of(MemorySegment vector) {
    return Floats.slice(vector, begin, length);
  }

  /** The same range on a device. */
  public DeviceRange of(DeviceRange vector) {
    return vector.slice(begin * Float.BYTES, length * Float.BYTES);
  }

  public boolean isEmpty() {
    return length == 0;
  }
}
