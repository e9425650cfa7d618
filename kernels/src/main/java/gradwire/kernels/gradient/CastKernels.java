package gradwire.kernels.gradient;

import gradwire.kernels.code.Walk;
import gradwire.kernels.cuda.CudaKernel;
import gradwire.kernels.cuda.CudaModule;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.cuda.KernelArguments;
import java.lang.foreign.Arena;

/**
 * Numbers of 16 bits: to nearest, ties to even, too large ones to infinity, NaN to NaN; back is
 * exact. {@code wide}: {@code [length] float32}; {@code narrow}: {@code [length]} of the format.
 */
public final class CastKernels {
  /** The formats, each with its two kernels. */
  public enum Format {
    /** The upper half of a float32: 8 bits of exponent, 7 of fraction. */
    BFLOAT16("bfloat16"),
    /** IEEE 754's half: 5 bits of exponent, 10 of fraction. */
    FLOAT16("float16");

    private final String name;

    Format(String name) {
      this.name = name;
    }
  }

  private record Pair(CudaKernel narrow, CudaKernel widen) {
    static Pair of(CudaModule module, Format format) {
      return new Pair(
          module.kernel("float32_to_" + format.name), module.kernel(format.name + "_to_float32"));
    }
  }

  private final Pair bfloat16;
  private final Pair float16;
  private final Walk walk;

  CastKernels(CudaModule module, Walk walk) {
    bfloat16 = Pair.of(module, Format.BFLOAT16);
    float16 = Pair.of(module, Format.FLOAT16);
    this.walk = walk;
  }

  /** Queues float32 to 16 bits. */
  public void narrow(CudaStream stream, Format format, DeviceRange wide, DeviceRange narrow) {
    Walk.checkBytes("wide", wide, 2 * narrow.numBytes());
    launch(stream, pair(format).narrow(), wide, narrow, narrow.length(Short.BYTES));
  }

  /** Queues 16 bits to float32. */
  public void widen(CudaStream stream, Format format, DeviceRange narrow, DeviceRange wide) {
    Walk.checkBytes("wide", wide, 2 * narrow.numBytes());
    launch(stream, pair(format).widen(), narrow, wide, narrow.length(Short.BYTES));
  }

  private Pair pair(Format format) {
    return switch (format) {
      case BFLOAT16 -> bfloat16;
      case FLOAT16 -> float16;
    };
  }

  private void launch(
      CudaStream stream, CudaKernel kernel, DeviceRange from, DeviceRange to, long length) {
    if (length > 0) {
      try (Arena arena = Arena.ofConfined()) {
        stream.launch(
            kernel,
            walk.over(length),
            new KernelArguments(arena).pointer(from).pointer(to).int64(length));
      }
    }
  }
}
