package gradwire.transport;

import java.lang.foreign.MemorySegment;

/**
 * A gradient in off-heap memory that its receiver may hold for a while.
 *
 * <p>Whoever is handed a buffer owns it and releases it once, when the last float has been read.
 */
public interface TensorBuffer {
  /** {@code [numFloats] float32}; not to be touched after {@link #release}. */
  MemorySegment memory();

  /** Gives the memory back. */
  void release();

  /** A view of memory that somebody else keeps alive and unchanged until the answer is out. */
  static TensorBuffer borrowed(MemorySegment memory) {
    return new TensorBuffer() {
      @Override
      public MemorySegment memory() {
        return memory;
      }

      @Override
      public void release() {}
    };
  }
}
