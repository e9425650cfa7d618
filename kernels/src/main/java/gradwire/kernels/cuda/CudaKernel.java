package gradwire.kernels.cuda;

/** A function of a module that runs on the device; usable as long as its module is open. */
public final class CudaKernel {
  private final CudaModule module;
  private final String name;
  private final long function;

  CudaKernel(CudaModule module, String name, long function) {
    this.module = module;
    this.name = name;
    this.function = function;
  }

  public String name() {
    return name;
  }

  /** What the driver knows it by. */
  long handle() {
    module.handle();
    return function;
  }
}
