package gradwire.kernels.gradient;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import gradwire.kernels.code.Walk;
import gradwire.kernels.cuda.CudaKernel;
import gradwire.kernels.cuda.CudaModule;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.cuda.Grid;
import gradwire.kernels.cuda.KernelArguments;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

/** CRC-32C of device memory: what {@link java.util.zip.CRC32C} says of the same bytes. */
public final class ChecksumKernel {
  private static final int POLYNOMIAL = 0x82f63b78;

  /** {@code x ^ (32 * 2 ^ k)}. */
  private static final int[] POWERS =
      IntStream.range(0, Integer.SIZE).map(k -> shift((long) Integer.BYTES << k)).toArray();

  private final CudaKernel crc32c;
  private final Walk walk;

  ChecksumKernel(CudaModule module, Walk walk) {
    crc32c = module.kernel("crc32c");
    this.walk = walk;
  }

  /**
   * Queues it.
   *
   * @param words {@code [length]} of 4 bytes each
   * @param sum 4 bytes, whose value {@link #finish} turns into the checksum
   */
  public void queue(CudaStream stream, DeviceRange words, DeviceRange sum) {
    Walk.checkBytes("sum", sum, Integer.BYTES);
    long length = words.length(Integer.BYTES);
    Walk.checkBytes("words", words, length * Integer.BYTES);
    stream.fill(sum, (byte) 0);
    if (length > 0) {
      try (Arena arena = Arena.ofConfined()) {
        Grid grid = walk.resident(length);
        stream.launch(
            crc32c,
            grid,
            new KernelArguments(arena)
                .pointer(words)
                .int64(length)
                .int32s(POWERS)
                .int32(shift((long) grid.numBlocks() * grid.threadsPerBlock() * Integer.BYTES))
                .pointer(sum));
      }
    }
  }

  /**
   * The checksum: what the first and the last complement add to the kernel's sum.
   *
   * @param sum as downloaded, {@code [1] int32}
   * @param numBytes that were summed
   */
  public static int finish(MemorySegment sum, long numBytes) {
    return sum.get(JAVA_INT, 0) ^ times(-1, shift(numBytes)) ^ -1;
  }

  /** {@code x ^ (8 * numBytes)} modulo the polynomial; bit 31 is {@code x ^ 0}. */
  private static int shift(long numBytes) {
    int power = 1 << 31;
    int square = 1 << 23;
    for (long rest = numBytes; rest != 0; rest >>>= 1) {
      if ((rest & 1) != 0) {
        power = times(power, square);
      }
      square = times(square, square);
    }
    return power;
  }

  private static int times(int a, int b) {
    int product = 0;
    int shifted = b;
    for (int bit = 31; bit >= 0; bit--) {
      product ^= (a >>> bit & 1) != 0 ? shifted : 0;
      shifted = shifted >>> 1 ^ ((shifted & 1) != 0 ? POLYNOMIAL : 0);
    }
    return product;
  }
}
