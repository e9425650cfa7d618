package gradwire.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.kernels.gradient.ChecksumKernel;
import gradwire.kernels.gradient.GradientKernels;
import gradwire.kernels.testing.Gpu;
import gradwire.kernels.testing.Numbers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Threads that share a context and the kernels, but no stream and no memory. */
final class CudaThreadsTest {
  private static final int NUM_LAUNCHES = 200;

  @Test
  void eachOfTwoThreadsGetsItsOwnResults() throws Exception {
    try (Gpu gpu = Gpu.open();
        GradientKernels kernels = GradientKernels.load(gpu.context());
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<Callable<Integer>> tasks =
          List.of(
              () -> numRightChecksums(gpu.context(), kernels.checksum(), 1021),
              () -> numRightChecksums(gpu.context(), kernels.checksum(), 2039));
      for (Future<Integer> numRight : threads.invokeAll(tasks)) {
        assertThat(numRight.get()).as("seed %d", Numbers.SEED).isEqualTo(NUM_LAUNCHES);
      }
    }
  }

  private static int numRightChecksums(CudaContext context, ChecksumKernel kernel, int length) {
    context.attach();
    try (Arena arena = Arena.ofConfined();
        CudaStream stream = context.stream();
        DeviceMemory words = context.allocate(4L * length);
        DeviceMemory sum = context.allocate(4)) {
      MemorySegment values =
          arena.allocateFrom(ValueLayout.JAVA_FLOAT, Numbers.gaussians(length, length));
      MemorySegment got = arena.allocate(ValueLayout.JAVA_INT);
      CRC32C expected = new CRC32C();
      expected.update(values.asByteBuffer());
      int numRight = 0;
      for (int i = 0; i < NUM_LAUNCHES; i++) {
        stream.upload(values, words.range());
        kernel.queue(stream, words.range(), sum.range());
        stream.download(sum.range(), got);
        stream.await();
        int checksum = ChecksumKernel.finish(got, values.byteSize());
        numRight += checksum == (int) expected.getValue() ? 1 : 0;
      }
      return numRight;
    }
  }
}
