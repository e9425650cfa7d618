package gradwire.bench.harness;

import gradwire.error.GradwireException;
import java.util.Arrays;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** JMH, driven by us and silent. */
public final class Trial {
  static {
    // JMH would start a JVM to find out; ours is known. Its lock is for those who run it by hand.
    System.setProperty("jmh.blackhole.autoDetect", "false");
    System.setProperty("jmh.ignoreLock", "true");
  }

  private Trial() {}

  /** Options of one benchmark method; {@code method} is {@code package.Class.method}. */
  public static ChainedOptionsBuilder of(String method) {
    return new OptionsBuilder()
        .include("^" + Pattern.quote(method) + "$")
        .addProfiler(CpuProfiler.class)
        .verbosity(VerboseMode.SILENT)
        .shouldFailOnError(true)
        .warmupIterations(1);
  }

  public static TimeValue millis(int millis) {
    return new TimeValue(Math.max(1, millis), TimeUnit.MILLISECONDS);
  }

  /**
   * Runs it.
   *
   * @throws GradwireException with what the benchmark threw
   */
  public static Collection<RunResult> run(ChainedOptionsBuilder options) {
    try {
      return new Runner(options.build()).run();
    } catch (RunnerException e) {
      throw new GradwireException(causes(e), e);
    }
  }

  private static String causes(Throwable e) {
    String below =
        Stream.concat(Stream.ofNullable(e.getCause()), Arrays.stream(e.getSuppressed()))
            .map(Trial::causes)
            .distinct()
            .collect(Collectors.joining("; "));
    return below.isEmpty() ? String.valueOf(e.getMessage() == null ? e : e.getMessage()) : below;
  }
}
