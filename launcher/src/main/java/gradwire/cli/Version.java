package gradwire.cli;

import gradwire.launcher.Release;
import picocli.CommandLine.IVersionProvider;

/** The release, as the jar's manifest has it. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {Release.text()};
  }
}
