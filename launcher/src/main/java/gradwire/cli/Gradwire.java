package gradwire.cli;

import gradwire.error.GradwireException;
import gradwire.error.NearestWord;
import gradwire.error.UsageException;
import gradwire.launcher.ExitCode;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The whole command line; see {@code gradwire --help}. One thread. */
public final class Gradwire {
  private static final int HELP_WIDTH = 100;

  private final CommandLine commands;

  public Gradwire(Surroundings surroundings, Jobs jobs) {
    this.commands =
        new CommandLine(new Root())
            .addSubcommand(new RunCommand(surroundings, jobs))
            .addSubcommand(new ResumeCommand(surroundings))
            .addSubcommand(new ChaosCommand(surroundings))
            .addSubcommand(
                new CommandLine(new RunsCommand(surroundings))
                    .addSubcommand(new RunsListCommand(surroundings))
                    .addSubcommand(new RunsShowCommand(surroundings))
                    .addSubcommand(new RunsLogsCommand(surroundings))
                    .addSubcommand(new RunsStopCommand(surroundings)))
            .addSubcommand(new DoctorCommand(surroundings))
            .setOut(writer(surroundings.out()))
            .setErr(writer(surroundings.err()))
            .setUsageHelpWidth(HELP_WIDTH)
            .setColorScheme(
                CommandLine.Help.defaultColorScheme(
                    surroundings.style().hasColour() ? Ansi.ON : Ansi.OFF))
            .setParameterExceptionHandler((wrong, args) -> explain(wrong))
            .setExecutionExceptionHandler((failure, command, result) -> explain(failure, command));
  }

  /** Runs one command; returns the process's exit code. */
  public int execute(String... args) {
    return commands.execute(args);
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, stream.charset());
  }

  private static int explain(ParameterException wrong) {
    CommandLine command = wrong.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    command.getErr().println(name + ": " + wrong.getMessage() + suggestion(wrong));
    command.getErr().println("Help: " + name + " --help");
    return ExitCode.WRONG_USAGE.code();
  }

  private static String suggestion(ParameterException wrong) {
    if (wrong instanceof UnmatchedArgumentException unmatched) {
      CommandSpec command = wrong.getCommandLine().getCommandSpec();
      Set<String> words = new TreeSet<>(command.subcommands().keySet());
      command.options().forEach(option -> words.addAll(List.of(option.names())));
      return NearestWord.to(nameOf(unmatched.getUnmatched().getFirst()), words)
          .map(word -> "; did you mean '" + word + "'?")
          .orElse("");
    }
    return "";
  }

  /** An option without its value. */
  private static String nameOf(String argument) {
    return argument.startsWith("--") ? argument.split("=", 2)[0] : argument;
  }

  private static int explain(Exception failure, CommandLine command) throws Exception {
    String name = command.getCommandSpec().qualifiedName();
    return switch (failure) {
      case UsageException usage -> {
        command.getErr().println(name + ": " + usage.getMessage());
        yield ExitCode.WRONG_USAGE.code();
      }
      case GradwireException known -> {
        command.getErr().println(name + ": " + known.getMessage());
        yield ExitCode.JOB_FAILED.code();
      }
      default -> throw failure;
    };
  }

  /** The word {@code gradwire} itself. */
  @Command(
      name = "gradwire",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      description = "Distributed training on the JVM: workers, parameter servers, one job file.",
      footer = {
        "",
        "Roles, for any cluster manager (flags of the reference script, or TF_CONFIG):",
        "  gradwire ps --job_name=ps --task_index=0 --ps_hosts=... --worker_hosts=...",
        "  gradwire worker --job_name=worker --task_index=0 --ps_hosts=... --worker_hosts=...",
        "",
        "Benchmarks, each beside the limit that the machine sets:",
        "  gradwire bench [transport|codec|optimizer|reduce] [--json FILE] [--chart FILE.svg]",
        "",
        "Exit codes: 0 done, 1 the job failed, 2 wrong usage, 130 stopped after a checkpoint.",
        "",
        "Example: gradwire run examples/mnist/mnist.yaml"
      })
  static final class Root implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
      throw new ParameterException(
          spec.commandLine(), "expected a command: " + spec.subcommands().keySet());
    }
  }
}
