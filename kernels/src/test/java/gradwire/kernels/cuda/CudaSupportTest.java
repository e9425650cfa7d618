package gradwire.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.cuda.testing.DriverDouble;
import gradwire.kernels.testing.Gpu;
import org.junit.jupiter.api.Test;

final class CudaSupportTest {
  @Test
  void noDriverIsAnAnswerAndNoException() {
    assertThat(CudaSupport.find("libno-such-driver.so.1"))
        .isEqualTo(
            new CudaSupport.NotHere(
                "libno-such-driver.so.1: expected the NVIDIA driver's library, got no such library;"
                    + " install the driver"));
  }

  @Test
  void aLibraryThatIsNoDriverIsNamedWithWhatItLacks() {
    assertThat(((CudaSupport.NotHere) CudaSupport.find("libc.so.6")).because())
        .startsWith("libc.so.6: expected a driver for CUDA 13.0 or newer, got one without cuInit,")
        .endsWith("; update the driver");
  }

  @Test
  void noDeviceIsAnAnswerThatSaysWhatToDo() {
    DriverDouble driver = Gpu.driverDouble();
    driver.setDevices(0);
    assertThat(CudaSupport.find(driver.library()))
        .isEqualTo(
            new CudaSupport.NotHere(
                "cuInit: expected a driver that starts, got CUDA_ERROR_NO_DEVICE (100); install a"
                    + " device, or let this process see one (CUDA_VISIBLE_DEVICES)"));
  }

  @Test
  void aDriverThatDoesNotFitTheKernelIsAnAnswer() {
    DriverDouble driver = Gpu.driverDouble();
    driver.plant("cuInit", 0, 803);
    assertThat(((CudaSupport.NotHere) CudaSupport.find(driver.library())).because())
        .contains("error 803", "restart the machine");
  }

  @Test
  void devicesAreDescribed() {
    DriverDouble driver = Gpu.driverDouble();
    driver.setDevices(2);
    CudaDriver found = ((CudaSupport.Here) CudaSupport.find(driver.library())).driver();
    assertThat(found.version()).isEqualTo("13.0");
    assertThat(found.devices())
        .containsExactly(
            new CudaDevice(0, "Double of a device", 7, 5, 1L << 30, 3, 1 << 20),
            new CudaDevice(1, "Double of device 1", 7, 5, 1L << 30, 3, 1 << 20));
    assertThat(found.devices().getFirst().computeCapability()).isEqualTo("7.5");
  }
}
