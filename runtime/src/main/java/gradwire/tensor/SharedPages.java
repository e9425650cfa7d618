package gradwire.tensor;

import java.lang.foreign.MemorySegment;

/**
 * The resident pages of {@link SharedMemory} and of mapped files: each process that touches them
 * has them counted as its own, although they are there once, and are the system's. Thread-safe.
 */
public final class SharedPages {
  /** A page that is given back costs a page fault at its next use: worth it for long vectors. */
  private static final long WORTH_FROM_BYTES = 256 << 20;

  private SharedPages() {}

  /**
   * Floats {@code [offset, offset + numFloats)} of {@code vector} are not needed for now: the other
   * process, or the system's page cache, keeps them, this one's resident memory does not. Their
   * values stay what they are. Does nothing where the vector is short, or not mapped.
   */
  public static void giveBack(MemorySegment vector, long offset, long numFloats) {
    if (vector.byteSize() >= WORTH_FROM_BYTES && vector.isMapped()) {
      Floats.slice(vector, offset, numFloats).unload();
    }
  }
}
