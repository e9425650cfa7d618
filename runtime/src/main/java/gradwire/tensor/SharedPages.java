package gradwire.tensor;

import java.lang.foreign.MemorySegment;

/**
 * The resident pages of {@link SharedMemory}: each process that touches a shared vector has its
 * pages counted as its own, although they are there once. Thread-safe.
 */
public final class SharedPages {
  /** A page that is given back costs a page fault at its next use: worth it for long vectors. */
  private static final long WORTH_FROM_BYTES = 256 << 20;

  private SharedPages() {}

  /**
   * Floats {@code [offset, offset + numFloats)} of {@code vector} are not needed for now: the other
   * process keeps them, this one's share of resident memory does not. Their values stay what they
   * are. Does nothing where the vector is short, or not shared.
   */
  public static void giveBack(MemorySegment vector, long offset, long numFloats) {
    if (vector.byteSize() >= WORTH_FROM_BYTES && vector.isMapped()) {
      Floats.slice(vector, offset, numFloats).unload();
    }
  }
}
