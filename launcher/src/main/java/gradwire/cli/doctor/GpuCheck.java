package gradwire.cli.doctor;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** NVIDIA GPUs and their driver. */
final class GpuCheck {
  private static final List<String> QUERY =
      List.of(
          "nvidia-smi",
          "--query-gpu=name,driver_version,compute_cap,memory.total",
          "--format=csv,noheader");
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private GpuCheck() {}

  /** None is fine: training runs on the processor. */
  static Finding gpu() {
    return ChildProcess.run(QUERY, Map.of(), LIMIT)
        .map(
            answer ->
                answer.exitCode() == 0
                    ? Finding.ok(
                        "gpu",
                        answer.output().lines().reduce((a, b) -> a + "; " + b).orElse("none"))
                    : Finding.warn("gpu", answer.output(), "repair the driver, or train without"))
        .orElseGet(() -> Finding.ok("gpu", "none (no nvidia-smi): jobs run on the processor"));
  }
}
