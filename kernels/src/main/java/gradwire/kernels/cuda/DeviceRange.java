package gradwire.kernels.cuda;

import java.util.Objects;

/**
 * A piece of a device's memory; no owner of it.
 *
 * @param offset its first byte within {@code memory}
 */
public record DeviceRange(DeviceMemory memory, long offset, long numBytes) {
  /**
   * @throws IndexOutOfBoundsException unless it lies within {@code memory}
   */
  public DeviceRange {
    Objects.checkFromIndexSize(offset, numBytes, memory.numBytes());
  }

  /**
   * A piece of this piece.
   *
   * @throws IndexOutOfBoundsException unless it lies within this one
   */
  public DeviceRange slice(long from, long size) {
    Objects.checkFromIndexSize(from, size, numBytes);
    return new DeviceRange(memory, offset + from, size);
  }

  /** How many elements of {@code elementBytes} bytes it holds. */
  public long length(int elementBytes) {
    return numBytes / elementBytes;
  }

  /** Where it is on the device. */
  long address() {
    return memory.handle() + offset;
  }
}
