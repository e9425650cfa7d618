package gradwire.tensor;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Memory in pages of 2 MiB where Linux has such to give: long vectors are then read and written a
 * fifth to a half faster, since the processor's table of pages reaches further.
 */
final class LargePages {
  static final long PAGE_BYTES = 2 << 20;

  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final int MAP_SHARED_FIXED = 0x11;
  private static final int MADV_HUGEPAGE = 14;

  /** Since Linux 6.1; for shared memory, too, whatever the system's settings say of it. */
  private static final int MADV_COLLAPSE = 25;

  /** Made large by one call: each costs some 0.1 ms besides. */
  private static final long COLLAPSED_BYTES = 64 << 20;

  /** Where free memory is in small pieces, large pages may be slow to be had. */
  private static final long PATIENCE_NANOS = 1_000_000_000;

  private static final long MAP_FAILED = -1;

  private static final MethodHandle MMAP =
      Libc.function(
          "mmap",
          FunctionDescriptor.of(
              ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle MUNMAP =
      Libc.function("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle MADVISE =
      Libc.function("madvise", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

  private LargePages() {}

  /** {@code numBytes} of zeros on a page's boundary; empty where they are not to be had. */
  static Optional<MemorySegment> allocate(Arena arena, long numBytes) {
    long mapped = spacious(numBytes);
    MemorySegment whole =
        (MemorySegment)
            Libc.invoke(
                MMAP, MemorySegment.NULL, mapped, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
    if (whole.address() == MAP_FAILED) {
      return Optional.empty();
    }
    MemorySegment memory =
        whole.reinterpret(mapped, arena, gone -> Libc.invoke(MUNMAP, gone, mapped));
    Libc.invoke(MADVISE, memory, mapped, MADV_HUGEPAGE); // advice: refused, it is small pages
    long before = -whole.address() & (PAGE_BYTES - 1);
    return Optional.of(memory.asSlice(before, numBytes));
  }

  /**
   * What a file must hold so that {@code numBytes} of it can lie {@linkplain #aligned on a page's
   * boundary}: more than a page of it is never touched.
   */
  static long spacious(long numBytes) {
    return Math.ceilDiv(numBytes, PAGE_BYTES) * PAGE_BYTES + PAGE_BYTES;
  }

  /**
   * Maps the beginning of a file, all but a page, anew on a page's boundary.
   *
   * @param mapped all of the file, {@linkplain #spacious with room}; unmaps it all in the end
   */
  static MemorySegment aligned(int descriptor, MemorySegment mapped) throws IOException {
    MemorySegment memory =
        mapped.asSlice(
            -mapped.address() & (PAGE_BYTES - 1), mapped.byteSize() - PAGE_BYTES, PAGE_BYTES);
    MemorySegment again =
        (MemorySegment)
            Libc.invoke(
                MMAP, memory, memory.byteSize(), PROT_READ_WRITE, MAP_SHARED_FIXED, descriptor, 0L);
    if (again.address() == MAP_FAILED) {
      throw new IOException("mmap failed");
    }
    return memory;
  }

  /** Makes the pages of new shared memory large, as far as they are to be had at once. */
  static void collapse(MemorySegment aligned) {
    long deadlineNanos = System.nanoTime() + PATIENCE_NANOS;
    boolean toBeHad = true;
    for (long at = 0; toBeHad && at < aligned.byteSize(); at += COLLAPSED_BYTES) {
      MemorySegment part = aligned.asSlice(at, Math.min(COLLAPSED_BYTES, aligned.byteSize() - at));
      for (long page = 0; page < part.byteSize(); page += PAGE_BYTES) {
        part.set(JAVA_BYTE, page, (byte) 0); // a page that is not there at all stays so
      }
      toBeHad =
          (int) Libc.invoke(MADVISE, part, part.byteSize(), MADV_COLLAPSE) == 0
              && System.nanoTime() < deadlineNanos;
    }
  }
}
