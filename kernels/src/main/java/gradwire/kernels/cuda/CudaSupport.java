package gradwire.kernels.cuda;

/** Whether CUDA can be used here. Closed on purpose: who asks must face that it can't. */
public sealed interface CudaSupport {
  /** The system property that names another driver library, by name or by path. */
  String LIBRARY_PROPERTY = "gradwire.cuda.library";

  /** A driver, and at least one device. */
  record Here(CudaDriver driver) implements CudaSupport {}

  /**
   * No CUDA.
   *
   * @param because what is missing, and what to do about it
   */
  record NotHere(String because) implements CudaSupport {}

  /** Looks for the driver that the system has. Never fails: what is wrong is the answer. */
  static CudaSupport find() {
    return find(System.getProperty(LIBRARY_PROPERTY, "libcuda.so.1"));
  }

  /**
   * Looks for a driver.
   *
   * @param library a name that the system's loader finds, or a path
   */
  static CudaSupport find(String library) {
    try {
      return new Here(CudaDriver.start(DriverLibrary.open(library)));
    } catch (DriverMissingException | CudaException refused) {
      return new NotHere(String.valueOf(refused.getMessage()));
    }
  }
}
