package gradwire.cli.doctor;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Whether ND4J's backend is there and loads, tried in a process of its own. */
final class BackendCheck {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private BackendCheck() {}

  static Finding backend(String workerClassPath) {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-cp",
            workerClassPath,
            BackendProbe.class.getName());
    return ChildProcess.run(command, Map.of("OMP_NUM_THREADS", "1"), LIMIT)
        .map(BackendCheck::judge)
        .orElseGet(
            () ->
                Finding.fail(
                    "backend",
                    "ND4J did not load within " + LIMIT.toSeconds() + " s",
                    "look for a busy or overcommitted machine"));
  }

  private static Finding judge(ChildProcess probe) {
    String lastLine = probe.output().lines().reduce("", (before, line) -> line);
    return switch (probe.exitCode()) {
      case 0 -> Finding.ok("backend", lastLine);
      case BackendProbe.EXIT_ABSENT ->
          Finding.fail(
              "backend",
              "ND4J is not on the workers' class path",
              "start through ./gradwire, which puts it there");
      default ->
          Finding.fail(
              "backend",
              "ND4J does not load: " + lastLine,
              "check that nd4j-native's classifier fits this platform");
    };
  }
}
