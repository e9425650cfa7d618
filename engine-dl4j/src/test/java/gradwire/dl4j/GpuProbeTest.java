package gradwire.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.kernels.cuda.CudaDevice;
import gradwire.kernels.cuda.CudaSupport;
import org.junit.jupiter.api.Test;

final class GpuProbeTest {
  @Test
  void aGpuIsDescribedInOneLine() {
    CudaDevice device =
        new CudaDevice(0, "NVIDIA H100 80GB HBM3", 9, 0, 81_559L << 20, 132, 50 << 20);
    assertThat(GpuProbe.line(device, "13.0"))
        .isEqualTo("NVIDIA H100 80GB HBM3, compute capability 9.0, 79.6 GiB; driver for CUDA 13.0");
  }

  @Test
  void whereThereIsNoneItSaysWhatIsMissing() {
    assertThat(GpuProbe.lines(new CudaSupport.NotHere("libcuda.so.1: expected it; install it")))
        .containsExactly("none: libcuda.so.1: expected it; install it");
  }
}
