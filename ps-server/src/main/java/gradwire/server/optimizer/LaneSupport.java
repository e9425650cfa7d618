package gradwire.server.optimizer;

/** Whether this JVM can compute on several lanes at once. Immutable. */
public final class LaneSupport {
  /** What the JVM must be started with, as {@code --add-modules}. */
  public static final String MODULE = "jdk.incubator.vector";

  private static final boolean HERE = ModuleLayer.boot().findModule(MODULE).isPresent();

  private LaneSupport() {}

  /** Whether {@link #MODULE} is there; without it, rules run over arrays: same bits, slower. */
  public static boolean isHere() {
    return HERE;
  }
}
