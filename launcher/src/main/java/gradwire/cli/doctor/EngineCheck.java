package gradwire.cli.doctor;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Whether workers can compute by the native engine, tried in a process like theirs. */
final class EngineCheck {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private EngineCheck() {}

  static Finding engine(String workerClassPath) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-XX:+UseSerialGC");
    command.addAll(List.of("-cp", workerClassPath, EngineProbe.class.getName()));
    return ChildProcess.run(command, Map.of(), LIMIT)
        .map(EngineCheck::judge)
        .orElseGet(() -> slower("it did not load within " + LIMIT.toSeconds() + " s"));
  }

  private static Finding judge(ChildProcess probe) {
    String lastLine = probe.output().lines().reduce("", (before, line) -> line);
    return switch (probe.exitCode()) {
      case 0 -> Finding.ok("engine", "native (" + lastLine + "), and dl4j");
      case EngineProbe.EXIT_ABSENT -> slower("it is not on the workers' class path");
      default -> slower(lastLine);
    };
  }

  private static Finding slower(String why) {
    return Finding.warn(
        "engine", "dl4j alone: no native one, " + why, "training works, but more slowly");
  }
}
