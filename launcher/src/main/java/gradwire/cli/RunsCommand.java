package gradwire.cli;

import picocli.CommandLine.Command;

/** {@code gradwire runs}: without a further word, the list. */
@Command(
    name = "runs",
    mixinStandardHelpOptions = true,
    description =
        "What was run here and how it went; RUN below is an id, a prefix of it, a path"
            + " or 'last'.",
    footer = {"", "Example: gradwire runs show last"})
final class RunsCommand implements Runnable {
  private final Surroundings surroundings;

  RunsCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    new RunsListCommand(surroundings).run();
  }
}
