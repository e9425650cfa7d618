package gradwire.kernels.layer;

import gradwire.kernels.code.Walk;
import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cuda.CudaKernel;
import gradwire.kernels.cuda.CudaModule;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.cuda.KernelArguments;
import java.lang.foreign.Arena;

/** What is done to every float32 by itself, and other orders of the same ones. */
public final class ElementKernels {
  private final CudaKernel activate;
  private final CudaKernel activationGradient;
  private final CudaKernel add;
  private final CudaKernel dropout;
  private final CudaKernel transpose;
  private final CudaKernel copyRows;
  private final Walk walk;

  ElementKernels(CudaModule module, Walk walk) {
    activate = module.kernel("activate");
    activationGradient = module.kernel("activation_gradient");
    add = module.kernel("add_floats");
    dropout = module.kernel("dropout");
    transpose = module.kernel("transpose");
    copyRows = module.kernel("copy_rows");
    this.walk = walk;
  }

  /** Queues {@code y = f(z)}; may be the same memory. */
  public void activate(CudaStream stream, Activation activation, DeviceRange z, DeviceRange y) {
    Walk.checkBytes("y", y, z.numBytes());
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          activate,
          walk.threads(length(z)),
          new KernelArguments(arena)
              .pointer(z)
              .pointer(y)
              .int64(length(z))
              .int32(activation.ordinal()));
    }
  }

  private static long length(DeviceRange range) {
    return range.length(Float.BYTES);
  }

  /**
   * Queues {@code dz = dy * f'(z)}.
   *
   * @param z anything where {@link Activation#hasSlopeByValue}
   * @param dz written; may be {@code dy}
   */
  public void activationGradient(
      CudaStream stream,
      Activation activation,
      DeviceRange z,
      DeviceRange y,
      DeviceRange dy,
      DeviceRange dz) {
    Walk.checkBytes("y", y, z.numBytes());
    Walk.checkBytes("dy", dy, z.numBytes());
    Walk.checkBytes("dz", dz, z.numBytes());
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          activationGradient,
          walk.threads(length(z)),
          new KernelArguments(arena)
              .pointer(z)
              .pointer(y)
              .pointer(dy)
              .pointer(dz)
              .int64(length(z))
              .int32(activation.ordinal()));
    }
  }

  /** Queues {@code into = a + b}; any two may be the same. */
  public void add(CudaStream stream, DeviceRange a, DeviceRange b, DeviceRange into) {
    Walk.checkBytes("b", b, a.numBytes());
    Walk.checkBytes("into", into, a.numBytes());
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          add,
          walk.threads(length(a)),
          new KernelArguments(arena).pointer(a).pointer(b).pointer(into).int64(length(a)));
    }
  }

  /**
   * Queues {@code into = from / kept} where it is kept, else 0, as {@link
   * gradwire.kernels.cpu.DropoutMask} has it.
   *
   * @param key one int64
   * @param kept probability, in (0, 1]
   */
  public void dropout(
      CudaStream stream, DeviceRange key, double kept, DeviceRange from, DeviceRange into) {
    Walk.checkBytes("into", into, from.numBytes());
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          dropout,
          walk.threads(length(from)),
          new KernelArguments(arena)
              .pointer(from)
              .pointer(into)
              .int64(length(from))
              .pointer(key)
              .int32((int) Math.round(kept * (1 << 24)))
              .float32((float) (1 / kept)));
    }
  }

  /**
   * Queues {@code into[n, j, i] = from[n, i, j]}.
   *
   * @param from {@code [count, rows, columns]}
   * @param into {@code [count, columns, rows]}
   */
  public void transpose(
      CudaStream stream, DeviceRange from, DeviceRange into, int count, int rows, int columns) {
    Walk.checkBytes("from", from, (long) count * rows * columns * Float.BYTES);
    Walk.checkBytes("into", into, from.numBytes());
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          transpose,
          walk.threads(length(from)),
          new KernelArguments(arena)
              .pointer(from)
              .pointer(into)
              .int64(count)
              .int32(rows)
              .int32(columns));
    }
  }

  /**
   * Columns of a matrix.
   *
   * @param matrix {@code [rows, pitch]}
   * @param first the first of the columns
   */
  public record Columns(DeviceRange matrix, int pitch, int first) {
    private DeviceRange begin() {
      long skipped = (long) first * Float.BYTES;
      return matrix.slice(skipped, matrix.numBytes() - skipped);
    }
  }

  /** Queues a copy of {@code count} columns of {@code rows} rows. */
  public void copyColumns(CudaStream stream, Columns from, Columns into, long rows, int count) {
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          copyRows,
          walk.threads(rows * count),
          new KernelArguments(arena)
              .pointer(from.begin())
              .int32(from.pitch)
              .pointer(into.begin())
              .int32(into.pitch)
              .int64(rows)
              .int32(count));
    }
  }
}
