package gradwire.dl4j;

import gradwire.kernels.cuda.CudaDevice;
import gradwire.kernels.cuda.CudaDriver;
import gradwire.kernels.cuda.CudaSupport;
import java.util.List;
import java.util.Locale;

/** Says which GPUs a worker sees. Runs as a process of its own, since a driver may take it down. */
public final class GpuProbe {
  /** What each line about a GPU, or about there being none, begins with. */
  private static final String SUBJECT = "gpu: ";

  private static final double GIBIBYTE = 1L << 30;

  private GpuProbe() {}

  /** Prints a line for each GPU, or one that says why there is none. */
  public static void main(String[] args) {
    lines(CudaSupport.find()).forEach(line -> System.out.println(SUBJECT + line));
  }

  static List<String> lines(CudaSupport support) {
    return switch (support) {
      case CudaSupport.Here(CudaDriver driver) ->
          driver.devices().stream().map(device -> line(device, driver.version())).toList();
      case CudaSupport.NotHere(String because) -> List.of("none: " + because);
    };
  }

  /**
   * @param cuda what the driver is for
   */
  static String line(CudaDevice device, String cuda) {
    return String.format(
        Locale.ROOT,
        "%s, compute capability %s, %.1f GiB; driver for CUDA %s",
        device.name(),
        device.computeCapability(),
        device.memoryBytes() / GIBIBYTE,
        cuda);
  }
}
