package gradwire.kernels.cpu;

import java.util.Optional;

/** Whether this JVM can run this package's kernels. Immutable. */
public final class CpuKernels {
  /** What the JVM must be started with, as {@code --add-modules}. */
  public static final String MODULE = "jdk.incubator.vector";

  private CpuKernels() {}

  /** Whether lanes and BLAS are both there. */
  public static boolean isHere() {
    return missing().isEmpty();
  }

  /** What is not there, and what to do about it; loads BLAS on the first call. */
  public static Optional<String> missing() {
    return ModuleLayer.boot().findModule(MODULE).isEmpty()
        ? Optional.of("the JVM was started without --add-modules " + MODULE)
        : OpenBlas.missing();
  }

  /** E.g. {@code openblas 0.3.19 Zen}. */
  public static String description() {
    return OpenBlas.get().description();
  }
}
