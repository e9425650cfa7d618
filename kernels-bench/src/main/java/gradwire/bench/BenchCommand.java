package gradwire.bench;

import gradwire.bench.harness.Plan;
import gradwire.bench.report.Roofline;
import gradwire.bench.report.Row;
import gradwire.bench.report.RowChart;
import gradwire.bench.report.RowJson;
import gradwire.bench.report.RowTable;
import gradwire.error.GradwireException;
import gradwire.error.UsageException;
import gradwire.launcher.ExitCode;
import gradwire.launcher.Release;
import gradwire.run.AtomicFiles;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gradwire bench}. One thread. */
@Command(
    name = "gradwire bench",
    mixinStandardHelpOptions = true,
    description = "Measures what the machine can do and how much of it Gradwire reaches.",
    footer = {
      "",
      "Names: transport, codec, optimizer, reduce, step, kernels; none means all of them.",
      "Progress goes to standard error, the table to standard output. What the columns mean, and",
      "how limits are measured: docs/benchmarks.md.",
      "",
      "Exit codes: 0 done, 1 a row failed, 2 wrong usage.",
      "",
      "Examples:",
      "  gradwire bench transport",
      "  gradwire bench transport --only 'tcp/.*/100MB/w1' --json before.json",
      "  gradwire bench transport --only 'tcp/.*/100MB/w1' --compare before.json --chart now.svg",
      "  gradwire bench --list --all"
    })
public final class BenchCommand implements Callable<Integer> {
  private static final int HELP_WIDTH = 100;

  /** Of the memory that is free: so much may rows take. */
  private static final double MEMORY_SHARE = 0.6;

  private static final long UNKNOWN_MEMORY_BYTES = 4L << 30;

  private final PrintStream out;
  private final PrintStream err;
  private final boolean isTerminal;

  @Parameters(paramLabel = "NAME", arity = "0..*", description = "What to measure; default: all.")
  private List<String> names = new ArrayList<>();

  @Option(names = "--all", description = "The whole matrix; default: a selection of 5 minutes.")
  private boolean isAll;

  @Option(
      names = "--only",
      paramLabel = "REGEX",
      description = "Rows of the whole matrix whose name has a match.")
  private @Nullable String only;

  @Option(names = "--list", description = "Names the rows; measures nothing.")
  private boolean isList;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes the rows, too.")
  private @Nullable Path json;

  @Option(names = "--chart", paramLabel = "FILE.svg", description = "Draws percents of the limit.")
  private @Nullable Path chart;

  @Option(
      names = "--roofline",
      paramLabel = "FILE.svg",
      description = "Draws rows of kernels over their arithmetic intensity.")
  private @Nullable Path roofline;

  @Option(
      names = "--compare",
      paramLabel = "FILE",
      description = "An earlier --json: adds the columns before and change.")
  private @Nullable Path compare;

  @Option(
      names = "--quick",
      description = "Shows that all rows run, in a fraction of the time; figures mean nothing.")
  private boolean isQuick;

  BenchCommand(PrintStream out, PrintStream err, boolean isTerminal) {
    this.out = out;
    this.err = err;
    this.isTerminal = isTerminal;
  }

  public static void main(String[] args) {
    boolean isTerminal = System.console() != null && System.console().isTerminal();
    System.exit(new BenchCommand(System.out, System.err, isTerminal).execute(args));
  }

  /** Runs the command line; returns the exit code. */
  int execute(String... args) {
    CommandLine command = new CommandLine(this);
    command.getCommandSpec().version(Release.text());
    return command
        .setOut(new PrintWriter(out, true, out.charset()))
        .setErr(new PrintWriter(err, true, err.charset()))
        .setUsageHelpWidth(HELP_WIDTH)
        .setParameterExceptionHandler((wrong, words) -> refused(wrong.getMessage()))
        .setExecutionExceptionHandler((failure, line, result) -> explain(failure))
        .execute(args);
  }

  private int explain(Exception failure) throws Exception {
    return switch (failure) {
      case UsageException usage -> refused(usage.getMessage());
      case GradwireException known -> {
        err.println("gradwire bench: " + known.getMessage());
        yield ExitCode.JOB_FAILED.code();
      }
      default -> throw failure;
    };
  }

  private int refused(@Nullable String why) {
    err.println("gradwire bench: " + why);
    err.println("Help: gradwire bench --help");
    return ExitCode.WRONG_USAGE.code();
  }

  @Override
  public Integer call() {
    Selection.suites(names).forEach(suite -> suite.missing().forEach(err::println));
    List<BenchCase> cases = Selection.of(names, only, isAll);
    if (isList) {
      cases.forEach(one -> out.println(one.name()));
      return ExitCode.DONE.code();
    }
    List<Row> before = compare == null ? List.of() : RowJson.read(compare);
    Measurement measurement =
        new Measurement(
            isQuick ? Plan.QUICK : Plan.FULL,
            new Progress(err, isTerminal, cases.size()),
            memoryBytes());
    report(measurement.run(cases), before);
    return (measurement.hasFailed() ? ExitCode.JOB_FAILED : ExitCode.DONE).code();
  }

  private void report(List<Row> rows, List<Row> before) {
    out.println(compare == null ? RowTable.of(rows) : RowTable.of(rows, before));
    if (json != null) {
      RowJson.write(json, rows);
    }
    if (chart != null) {
      AtomicFiles.write(chart, RowChart.of(rows));
    }
    if (roofline != null) {
      AtomicFiles.write(roofline, Roofline.of(rows));
    }
  }

  private static long memoryBytes() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
        if (line.startsWith("MemAvailable:")) {
          long kibibytes = Long.parseLong(line.replaceAll("\\D", ""));
          return (long) (kibibytes * 1024 * MEMORY_SHARE);
        }
      }
    } catch (IOException notLinux) {
      // Then a guess must do.
    }
    return UNKNOWN_MEMORY_BYTES;
  }
}
