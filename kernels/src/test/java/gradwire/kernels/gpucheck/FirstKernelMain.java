package gradwire.kernels.gpucheck;

import gradwire.kernels.code.Image;
import gradwire.kernels.cuda.CudaContext;
import gradwire.kernels.cuda.CudaDriver;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.CudaSupport;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.gradient.GradientKernels;
import gradwire.kernels.gradient.OptimizerStep;
import java.util.List;

/**
 * {@code FirstKernelMain MILLIS}: from a process's start, at {@code MILLIS} since 1970, to the end
 * of its first kernel, and where the time went; then what the driver's translation would cost.
 */
public final class FirstKernelMain {
  private FirstKernelMain() {}

  /** Prints two lines. */
  public static void main(String[] arguments) {
    long started = Long.parseLong(arguments[0]);
    long inMain = System.currentTimeMillis();
    if (!(CudaSupport.find() instanceof CudaSupport.Here(CudaDriver driver))) {
      throw new IllegalStateException(CudaSupport.find().toString());
    }
    long initialized = System.currentTimeMillis();
    try (CudaContext context = driver.open(driver.devices().getFirst())) {
      long opened = System.currentTimeMillis();
      GradientKernels kernels = GradientKernels.load(context);
      long loaded = System.currentTimeMillis();
      CudaStream stream = context.stream();
      DeviceRange weights = context.allocate(4 << 20).range();
      DeviceRange gradient = context.allocate(4 << 20).range();
      kernels.optimizer().step(stream, new OptimizerStep.Sgd(0, 0), weights, List.of(), gradient);
      stream.await();
      long done = System.currentTimeMillis();
      System.out.printf(
          "first kernel done %d ms after the process's start: JVM %d, driver %d, context %d,"
              + " module %d, kernel %d%n",
          done - started,
          inMain - started,
          initialized - inMain,
          opened - initialized,
          loaded - opened,
          done - loaded);
      context.load(Image.PTX.file(), Image.PTX.bytes());
      System.out.printf("the PTX, loaded as well: %d ms%n", System.currentTimeMillis() - done);
    }
  }
}
