package org.nd4j.nativeblas;

/**
 * The name under which DL4J 1.0.0-M2.1 still asks whether oneDNN is there.
 *
 * <p>The class moved to {@code org.nd4j.linalg.cpu.nativecpu.bindings}, DL4J's look-up by the old
 * name fails silently, and convolutions run five times slower. With this one they don't. Found by
 * reflection: nothing here may be renamed.
 */
public final class Nd4jCpu {
  private Nd4jCpu() {}

  /** The two methods of the moved environment that DL4J calls. Immutable. */
  public static final class Environment {
    private static final Environment INSTANCE = new Environment();

    private Environment() {}

    public static Environment getInstance() {
      return INSTANCE;
    }

    public boolean isUseMKLDNN() {
      return org.nd4j.linalg.cpu.nativecpu.bindings.Nd4jCpu.Environment.getInstance().isUseONEDNN();
    }
  }
}
