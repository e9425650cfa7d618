package gradwire.plan;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import gradwire.tensor.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Memory that ends where a page begins that nobody may touch: a loop that goes beyond it dies. */
final class GuardedMemory {
  private static final long PAGE_BYTES = 4096;
  private static final int PROT_NONE = 0;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;

  private static final MethodHandle MMAP =
      Libc.function(
          "mmap",
          FunctionDescriptor.of(
              ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle MPROTECT =
      Libc.function("mprotect", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle MUNMAP =
      Libc.function("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));

  private GuardedMemory() {}

  /** {@code [numFloats] float32}, zeros; unmapped with {@code arena}. */
  static MemorySegment floats(Arena arena, long numFloats) {
    long numBytes = numFloats * Float.BYTES;
    long usable = Math.ceilDiv(Math.max(numBytes, 1), PAGE_BYTES) * PAGE_BYTES;
    long whole = usable + PAGE_BYTES;
    MemorySegment begin =
        (MemorySegment)
            Libc.invoke(
                MMAP, MemorySegment.NULL, whole, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
    MemorySegment guard = MemorySegment.ofAddress(begin.address() + usable);
    if ((int) Libc.invoke(MPROTECT, guard, PAGE_BYTES, PROT_NONE) != 0) {
      throw new AssertionError("mprotect failed");
    }
    return MemorySegment.ofAddress(guard.address() - numBytes)
        .reinterpret(numBytes, arena, ignored -> Libc.invoke(MUNMAP, begin, whole));
  }
}
