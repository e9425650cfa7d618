package gradwire.cli;

import picocli.CommandLine.IVersionProvider;

/** The release, as the jar's manifest has it. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = Version.class.getPackage().getImplementationVersion();
    return new String[] {
      "gradwire " + (version == null ? "(unpacked)" : version) + ", Java " + Runtime.version()
    };
  }
}
