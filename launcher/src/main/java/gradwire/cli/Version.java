package gradwire.cli;

import picocli.CommandLine.IVersionProvider;

/** The release, as the jar's manifest has it. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {text()};
  }

  static String text() {
    String version = Version.class.getPackage().getImplementationVersion();
    return "gradwire " + (version == null ? "(unpacked)" : version) + ", Java " + Runtime.version();
  }
}
