package gradwire.bench.harness;

import gradwire.kernels.cuda.CudaSupport;
import java.util.List;
import java.util.stream.Stream;

/** What JVMs that are started to measure have of this one's settings. */
public final class PassedOn {
  private PassedOn() {}

  /** As options of a JVM: the CUDA driver's library, where another one than the system's is set. */
  public static List<String> options() {
    return Stream.ofNullable(System.getProperty(CudaSupport.LIBRARY_PROPERTY))
        .map(library -> "-D" + CudaSupport.LIBRARY_PROPERTY + "=" + library)
        .toList();
  }
}
