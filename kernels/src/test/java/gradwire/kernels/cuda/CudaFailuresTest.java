package gradwire.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import gradwire.cuda.testing.DriverDouble;
import gradwire.kernels.gradient.GradientKernels;
import gradwire.kernels.testing.Gpu;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** What can go wrong, planted in the double. */
final class CudaFailuresTest {
  @Test
  void tooLittleMemoryIsToldWithTheSizes() {
    DriverDouble driver = Gpu.driverDouble();
    driver.setMemoryLimit(2_000);
    try (CudaContext context = Gpu.open(driver)) {
      context.allocate(1_500);
      CudaException failure =
          catchThrowableOfType(CudaException.class, () -> context.allocate(4_096));
      assertThat(failure.failure()).isEqualTo(CudaFailure.OUT_OF_MEMORY);
      assertThat(failure)
          .hasMessage(
              "cuMemAlloc_v2: expected 4,096 bytes on device 0, got CUDA_ERROR_OUT_OF_MEMORY (2)"
                  + " (500 of 2,000 bytes are free); free device memory, or make the batch or the"
                  + " shard smaller");
    }
    assertThat(driver.numOpen()).isZero();
  }

  @Test
  void memoryThatIsGivenBackCanBeHadAgain() {
    DriverDouble driver = Gpu.driverDouble();
    driver.setMemoryLimit(2_000);
    try (CudaContext context = Gpu.open(driver)) {
      for (int i = 0; i < 3; i++) {
        try (DeviceMemory memory = context.allocate(1_500)) {
          assertThat(context.freeBytes()).as("beside %s", memory).isEqualTo(500);
        }
      }
    }
  }

  @Test
  void aLostDeviceIsToldAndEverythingStillCloses() {
    DriverDouble driver = Gpu.driverDouble();
    try (CudaContext context = Gpu.open(driver)) {
      CudaStream stream = context.stream();
      DeviceMemory memory = context.allocate(100);
      context.pin(100);
      driver.loseDevice();
      assertThatThrownBy(() -> stream.fill(memory.range(), (byte) 0))
          .isInstanceOfSatisfying(
              CudaException.class,
              lost -> assertThat(lost.failure()).isEqualTo(CudaFailure.DEVICE_LOST))
          .hasMessageStartingWith(
              "cuMemsetD8Async: expected 100 bytes to fill, got CUDA_ERROR_LAUNCH_FAILED (719);"
                  + " start the process anew");
      memory.close();
    }
    assertThat(driver.numOpen()).isZero();
  }

  @Test
  void codeThatIsTooNewForTheDriverIsToldWithBothVersions() {
    DriverDouble driver = Gpu.driverDouble();
    driver.setDriverVersion(12_040);
    try (CudaContext context = Gpu.open(driver)) {
      assertThatThrownBy(() -> GradientKernels.load(context))
          .isInstanceOfSatisfying(
              CudaException.class,
              refused -> assertThat(refused.failure()).isEqualTo(CudaFailure.CODE_REFUSED))
          .hasMessage(
              "cuModuleLoadDataEx: expected a driver that reads kernels.ptx, PTX 9.0, for compute"
                  + " capability 7.5, got CUDA_ERROR_UNSUPPORTED_PTX_VERSION (222) (driver for CUDA"
                  + " 12.4); update the driver, or use a device of compute capability 7.5 or"
                  + " newer");
    }
  }

  @Test
  void damagedCodeIsToldInTheAssemblersWords() {
    try (CudaContext context = Gpu.open(Gpu.driverDouble())) {
      assertThatThrownBy(
              () -> context.load("bad.ptx", "nonsense".getBytes(StandardCharsets.US_ASCII)))
          .hasMessageContainingAll(
              "bad.ptx", "CUDA_ERROR_INVALID_PTX (218)", "line 1: no .version directive");
    }
  }

  @Test
  void aKernelThatIsNotThereIsNamed() {
    try (CudaContext context = Gpu.open(Gpu.driverDouble())) {
      CudaModule module =
          context.load("empty.ptx", ".version 9.0\n".getBytes(StandardCharsets.US_ASCII));
      assertThatThrownBy(() -> module.kernel("adam"))
          .hasMessage(
              "cuModuleGetFunction: expected kernel adam in empty.ptx, got CUDA_ERROR_NOT_FOUND"
                  + " (500); build the kernels anew");
    }
  }

  @Test
  void aThreadThatIsNotAttachedIsTold() throws Exception {
    try (CudaContext context = Gpu.open(Gpu.driverDouble());
        ExecutorService other = Executors.newSingleThreadExecutor()) {
      assertThatThrownBy(() -> other.submit(context::stream).get())
          .hasRootCauseInstanceOf(CudaException.class)
          .hasMessageContaining("attach this thread to the context first");
      other.submit(context::attach).get();
      other.submit(context::stream).get().close();
    }
  }

  @Test
  void whatWasBegunBeforeAFailureIsGivenBack() {
    DriverDouble driver = Gpu.driverDouble();
    try (CudaContext context = Gpu.open(driver)) {
      CudaStream stream = context.stream();
      int before = driver.numOpen();
      driver.plant("cuGraphInstantiateWithFlags", 0, 2);
      assertThatThrownBy(() -> stream.capture(() -> {}))
          .hasMessageContaining("CUDA_ERROR_OUT_OF_MEMORY (2)");
      assertThat(driver.numOpen()).isEqualTo(before);
    }
  }
}
