package gradwire.dl4j;

import org.nd4j.linalg.cpu.nativecpu.bindings.Nd4jCpu;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.nd4j.nativeblas.Nd4jBlas;

/**
 * What must hold before a DL4J layer is made; the one place that sets it. Thread-safe, idempotent.
 *
 * <ul>
 *   <li>Convolution helpers on: M2.1 ships them off (see also the class {@code
 *       org.nd4j.nativeblas.Nd4jCpu}). A layer made earlier stays without.
 *   <li>No limit on the process's size: JavaCPP would read that size at every allocation, 5 to 7 %
 *       of a small network's step. Its limit on its own memory ({@code maxBytes}) stays.
 *   <li>One BLAS and OpenMP thread, unless {@code OMP_NUM_THREADS} says otherwise: workers scale by
 *       replicas, and OpenMP threads that share a core spin against each other.
 *   <li>No periodic garbage collection by ND4J.
 * </ul>
 *
 * <p>Two things only the environment can say: {@code OMP_WAIT_POLICY=passive}, and {@code
 * OPENBLAS_CORETYPE=SkylakeX} on AMD processors with AVX-512, for which the OpenBLAS that ND4J
 * brings takes AVX2 kernels.
 *
 * <p>A property that the user set on the command line is left as it is.
 */
public final class Nd4jSetup {
  private Nd4jSetup() {}

  /** Loads ND4J (half a second) on the first call; later calls cost nothing. */
  public static void ensure() {
    Loaded.touch();
  }

  /** What runs the arithmetic, e.g. {@code dl4j-cpu (onednn)}. */
  static String backend() {
    ensure();
    boolean oneDnn = Nd4jCpu.Environment.getInstance().isUseONEDNN();
    return "dl4j-cpu (" + (oneDnn ? "onednn" : "plain") + ")";
  }

  private static final class Loaded {
    static {
      setUnlessSet("org.eclipse.deeplearning4j.helpers.disable", "false");
      setUnlessSet("org.bytedeco.javacpp.maxPhysicalBytes", "0");
      if (System.getenv("OMP_NUM_THREADS") == null) {
        Nd4j.getEnvironment().setMaxThreads(1);
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
        ((Nd4jBlas) Nd4j.factory().blas()).setMaxThreads(1);
      }
      Nd4j.getMemoryManager().togglePeriodicGc(false);
    }

    private static void touch() {}

    private static void setUnlessSet(String property, String value) {
      if (System.getProperty(property) == null) {
        System.setProperty(property, value);
      }
    }
  }
}
