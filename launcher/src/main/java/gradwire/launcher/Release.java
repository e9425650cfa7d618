package gradwire.launcher;

/** Which Gradwire this is. */
public final class Release {
  private Release() {}

  /** The version as the jar's manifest has it, and Java's. */
  public static String text() {
    String version = Release.class.getPackage().getImplementationVersion();
    return "gradwire " + (version == null ? "(unpacked)" : version) + ", Java " + Runtime.version();
  }
}
