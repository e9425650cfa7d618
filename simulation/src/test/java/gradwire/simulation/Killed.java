package gradwire.simulation;

/** A server's process ends here. */
final class Killed extends Error {
  private static final long serialVersionUID = 1L;

  Killed() {
    super("kill -9", null, false, false);
  }
}
