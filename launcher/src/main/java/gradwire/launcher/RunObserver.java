package gradwire.launcher;

/** Who looks on while a run goes on. Called on the launcher's thread; must not block. */
@FunctionalInterface
public interface RunObserver {
  /** About five times a second. */
  void tick();

  /** Something has changed that the user may want to know: one line. */
  default void news(String line) {}
}
