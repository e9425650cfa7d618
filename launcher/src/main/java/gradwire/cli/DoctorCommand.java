package gradwire.cli;

import gradwire.cli.doctor.Doctor;
import gradwire.cli.doctor.Finding;
import gradwire.launcher.ExitCode;
import gradwire.launcher.Style;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code gradwire doctor}. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "What is here and what is missing: JDK, backend, CPU, GPU, memory, ports.",
    footer = {"", "Exit code 1 if a line says fail.", "", "Example: gradwire doctor"})
final class DoctorCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  DoctorCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    List<Finding> findings = Doctor.examine(this::print);
    boolean allGood = findings.stream().noneMatch(finding -> finding.level() == Finding.Level.FAIL);
    return (allGood ? ExitCode.DONE : ExitCode.JOB_FAILED).code();
  }

  private void print(Finding finding) {
    String level = String.format(Locale.ROOT, "%-4s", finding.level().label());
    surroundings
        .out()
        .printf(
            "%s  %-13s %s%n",
            surroundings.style().paint(colour(finding.level()), level),
            finding.subject(),
            finding.text());
  }

  private static Style.Colour colour(Finding.Level level) {
    return switch (level) {
      case OK -> Style.Colour.GREEN;
      case WARN -> Style.Colour.YELLOW;
      case FAIL -> Style.Colour.RED;
    };
  }
}
