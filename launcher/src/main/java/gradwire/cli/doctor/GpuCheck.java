package gradwire.cli.doctor;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** NVIDIA GPUs and their driver as workers see them, asked for in a process like theirs. */
final class GpuCheck {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** The engine's: the launcher itself is built without. */
  private static final String PROBE = "gradwire.dl4j.GpuProbe";

  private static final String SUBJECT = "gpu";
  private static final String PREFIX = SUBJECT + ": ";

  private GpuCheck() {}

  /** One for each GPU, or one that says why there is none, which is fine: the CPU trains, too. */
  static List<Finding> gpus(String workerClassPath) {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-cp",
            workerClassPath,
            PROBE);
    return ChildProcess.run(command, Map.of(), LIMIT)
        .map(GpuCheck::judge)
        .orElseGet(() -> List.of(unknown("no answer within " + LIMIT.toSeconds() + " s")));
  }

  static List<Finding> judge(ChildProcess probe) {
    List<Finding> gpus =
        probe
            .output()
            .lines()
            .filter(line -> line.startsWith(PREFIX))
            .map(line -> Finding.ok(SUBJECT, line.substring(PREFIX.length())))
            .toList();
    String lastLine = probe.output().lines().reduce("", (before, line) -> line);
    return gpus.isEmpty() ? List.of(unknown(lastLine)) : gpus;
  }

  private static Finding unknown(String why) {
    return Finding.warn(SUBJECT, "could not be looked for: " + why, "train without use_gpu");
  }
}
