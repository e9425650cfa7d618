package gradwire.kernels.gradient;

import gradwire.kernels.code.Walk;
import gradwire.kernels.cuda.CudaKernel;
import gradwire.kernels.cuda.CudaModule;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.cuda.KernelArguments;
import java.lang.foreign.Arena;

/**
 * One byte a number, and a float32 scale for every {@value #BLOCK} of them: {@code scale = largest
 * magnitude / 127; q = x * (127 / largest magnitude)}, to nearest, ties to even; back: {@code q *
 * scale}, off by half a scale at most. A block whose magnitudes are all below 2^-100 becomes 0; one
 * with a number that isn't finite comes back as NaN, all of it.
 *
 * <p>{@code values}: {@code [length] float32}; {@code quantised}: {@code [length] int8}; {@code
 * scales}: {@code [ceil(length / BLOCK)] float32}.
 */
public final class QuantiseKernels {
  /** Numbers that share a scale. */
  public static final int BLOCK = 256;

  private final CudaKernel quantise;
  private final CudaKernel dequantise;
  private final Walk walk;

  QuantiseKernels(CudaModule module, Walk walk) {
    quantise = module.kernel("float32_to_int8");
    dequantise = module.kernel("int8_to_float32");
    this.walk = walk;
  }

  /** How many scales {@code length} numbers need. */
  public static long numScales(long length) {
    return Math.ceilDiv(length, BLOCK);
  }

  /** Queues float32 to int8. */
  public void quantise(
      CudaStream stream, DeviceRange values, DeviceRange quantised, DeviceRange scales) {
    long length = checked(values, quantised, scales);
    if (length > 0) {
      try (Arena arena = Arena.ofConfined()) {
        stream.launch(
            quantise,
            walk.warps(numScales(length)),
            new KernelArguments(arena)
                .pointer(values)
                .pointer(quantised)
                .pointer(scales)
                .int64(length));
      }
    }
  }

  /** Queues int8 to float32. */
  public void dequantise(
      CudaStream stream, DeviceRange quantised, DeviceRange scales, DeviceRange values) {
    long length = checked(values, quantised, scales);
    if (length > 0) {
      try (Arena arena = Arena.ofConfined()) {
        stream.launch(
            dequantise,
            walk.over(length),
            new KernelArguments(arena)
                .pointer(quantised)
                .pointer(scales)
                .pointer(values)
                .int64(length));
      }
    }
  }

  private static long checked(DeviceRange values, DeviceRange quantised, DeviceRange scales) {
    long length = quantised.numBytes();
    Walk.checkBytes("values", values, length * Float.BYTES);
    Walk.checkBytes("scales", scales, numScales(length) * Float.BYTES);
    return length;
  }
}
