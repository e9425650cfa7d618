package gradwire.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.kernels.cuda.CudaSupport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One of Gradwire's mains as a child JVM, started as {@code ./gradwire} starts it. Its two outputs
 * go to files. Closing kills it; the roles of a killed launcher end by themselves.
 */
final class Command implements AutoCloseable {
  /** Long enough for a busy machine; what should take seconds is asserted by the tests. */
  static final Duration PATIENCE = Duration.ofSeconds(100);

  /** Also reaches the roles that a launcher starts. */
  private static final String JVM_OPTIONS = "JAVA_TOOL_OPTIONS";

  /** It is over before C2 pays. */
  private static final String SHORT_RUN = "-XX:TieredStopAtLevel=1";

  private static final List<String> VARIABLES_OF_ROLES =
      List.of(
          "TF_CONFIG", "AZ_BATCHAI_TASK_INDEX", "AZ_BATCHAI_PS_HOSTS", "AZ_BATCHAI_WORKER_HOSTS");

  private final Process process;
  private final Path out;
  private final Path err;

  private Command(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /** {@code gradwire run JOB --run-dir RUN_DIR --quiet --set SET...}. */
  static Command run(Path job, Path runDir, String... sets) {
    return run(Map.of(), job, runDir, sets);
  }

  /** The same, whose JVMs all have a driver library of CUDA in the place of the system's. */
  static Command runOnGpus(Path driver, Path job, Path runDir, String... sets) {
    String property = "-D" + CudaSupport.LIBRARY_PROPERTY + "=" + driver;
    return run(Map.of(JVM_OPTIONS, SHORT_RUN + " " + property), job, runDir, sets);
  }

  private static Command run(
      Map<String, String> environment, Path job, Path runDir, String... sets) {
    List<String> arguments =
        new ArrayList<>(List.of("run", job.toString(), "--run-dir", runDir.toString(), "--quiet"));
    for (String set : sets) {
      arguments.addAll(List.of("--set", set));
    }
    return gradwire(runDir, environment, arguments);
  }

  /**
   * {@code gradwire ARGUMENTS}.
   *
   * @param base its folder is the working directory, its name begins the output files' names
   */
  static Command gradwire(Path base, List<String> arguments) {
    return gradwire(base, Map.of(), arguments);
  }

  private static Command gradwire(
      Path base, Map<String, String> environment, List<String> arguments) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "-Dgradwire.classpath.server=" + Repository.serverClassPath(),
                "-Dgradwire.classpath.worker=" + Repository.workerClassPath(),
                "gradwire.cli.Main"));
    words.addAll(arguments);
    return java(base, Repository.workerClassPath(), words, environment);
  }

  /** {@code gradwire ps FLAGS}. */
  static Command server(Path base, Map<String, String> environment, List<String> flags) {
    List<String> words = new ArrayList<>(List.of("gradwire.server.ParameterServerMain"));
    words.addAll(flags);
    return java(base, Repository.serverClassPath(), words, environment);
  }

  /** {@code gradwire worker FLAGS}. */
  static Command worker(Path base, Map<String, String> environment, List<String> flags) {
    List<String> words = new ArrayList<>(List.of("gradwire.worker.WorkerMain"));
    words.addAll(flags);
    return java(base, Repository.workerClassPath(), words, environment);
  }

  /** As {@link #worker}, on another host, and with all that a user would be told on its errors. */
  static Command worker(SecondHost host, Path base, List<String> flags) {
    List<String> words =
        new ArrayList<>(
            List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=info", "gradwire.worker.WorkerMain"));
    words.addAll(flags);
    return java(host.inside(), base, Repository.workerClassPath(), words, Map.of());
  }

  private static Command java(
      Path base, String classPath, List<String> words, Map<String, String> environment) {
    return java(List.of(), base, classPath, words, environment);
  }

  /**
   * @param before what the command line begins with
   */
  private static Command java(
      List<String> before,
      Path base,
      String classPath,
      List<String> words,
      Map<String, String> environment) {
    List<String> all = new ArrayList<>(before);
    all.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            "-Xmx512m",
            "-Dgradwire.home=" + Repository.ROOT,
            "-cp",
            classPath));
    all.addAll(words);
    Path out = base.resolveSibling(base.getFileName() + ".out");
    Path err = base.resolveSibling(base.getFileName() + ".err");
    ProcessBuilder builder =
        new ProcessBuilder(all)
            .directory(base.toAbsolutePath().resolveSibling("").toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    VARIABLES_OF_ROLES.forEach(builder.environment()::remove);
    builder.environment().put(JVM_OPTIONS, SHORT_RUN);
    builder.environment().putAll(environment);
    try {
      return new Command(builder.start(), out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** The exit code; what the process said is part of the failure if it does not end in time. */
  int awaitExit() {
    return awaitExit(PATIENCE);
  }

  int awaitExit(Duration limit) {
    try {
      boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
      assertThat(ended).as(() -> "ended within " + limit + "\n" + said()).isTrue();
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Sends a signal, e.g. {@code INT}. */
  void signal(String name) {
    LinuxProcesses.signal(name, pid());
  }

  String out() {
    return read(out);
  }

  /** Standard error, without the JVM's word on its options. */
  String err() {
    return read(err).replaceAll("(?m)^Picked up JAVA_TOOL_OPTIONS.*\\R", "");
  }

  String said() {
    return out() + err();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
