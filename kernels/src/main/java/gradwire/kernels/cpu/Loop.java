package gradwire.kernels.cpu;

import gradwire.cpu.CpuLibrary;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Objects;

/** What calls of functions in {@link CpuLibrary} have in common: they check nothing themselves. */
final class Loop {
  private Loop() {}

  /** A function without a result, to be invoked exactly. */
  static MethodHandle of(String name, MemoryLayout... arguments) {
    return CpuLibrary.function(name, FunctionDescriptor.ofVoid(arguments));
  }

  /**
   * Of memory that a function reads or writes.
   *
   * @throws IndexOutOfBoundsException if it is shorter than {@code numFloats}
   */
  static void expect(MemorySegment memory, long numFloats) {
    Objects.checkFromIndexSize(0, numFloats * Float.BYTES, memory.byteSize());
  }

  /** What a call throws before it is one: memory that is closed, for example. */
  static RuntimeException failed(Throwable cause) {
    return switch (cause) {
      case RuntimeException e -> e;
      case Error e -> throw e;
      default -> new IllegalStateException(cause);
    };
  }
}
