package gradwire.kernels.cpu;

import gradwire.cpu.CpuLibrary;
import java.util.Optional;

/** Whether this JVM can run this package's kernels. Immutable. */
public final class CpuKernels {
  private CpuKernels() {}

  /** Whether the libraries of loops and of BLAS are both there. */
  public static boolean isHere() {
    return missing().isEmpty();
  }

  /** What is not there, and what to do about it; loads both on the first call. */
  public static Optional<String> missing() {
    return CpuLibrary.missing().or(OpenBlas::missing);
  }

  /** E.g. {@code openblas 0.3.19 Zen, avx2}. */
  public static String description() {
    return OpenBlas.get().description() + ", " + CpuLibrary.level();
  }
}
