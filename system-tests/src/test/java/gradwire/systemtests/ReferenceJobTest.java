package gradwire.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mnist_replica} by every road that leads to it. */
final class ReferenceJobTest {
  private static final int STEPS = 60;

  @TempDir Path folder;

  @Test
  void theLauncherPrintsTheReferencesLinesInOrderAndEachGlobalStepOnce() throws IOException {
    Path runDir = folder.resolve("run");
    try (Command command =
        Command.run(
            Repository.REFERENCE_JOB,
            runDir,
            "estimator.script_params.train_steps=" + STEPS,
            "estimator.script_params.--input_data=" + Repository.DATA)) {
      assertThat(command.awaitExit()).as(command::said).isZero();
    }
    List<Long> globalSteps = new ArrayList<>();
    globalSteps.addAll(ReferenceOutput.check(0, STEPS, log(runDir, "stdout-wk-0.txt")));
    globalSteps.addAll(ReferenceOutput.check(1, STEPS, log(runDir, "stdout-wk-1.txt")));
    assertThat(globalSteps).containsExactlyInAnyOrderElementsOf(oneTo(globalSteps.size()));
    assertThat(globalSteps.size()).isBetween(STEPS, STEPS + 1);
  }

  @Test
  void theReferencesFlagsStartItRoleByRole() throws IOException {
    Roles roles = Roles.onFreePorts();
    String steps = "--train_steps=" + STEPS;
    try (Command server = server(Map.of(), roles.flags("ps", 0));
        Command chief = worker("wk-0", Map.of(), roles.flags("worker", 0, steps));
        Command other = worker("wk-1", Map.of(), roles.flags("worker", 1, steps))) {
      checkAllEnd(server, chief, other);
    }
  }

  @Test
  void tfConfigStartsItRoleByRole() throws IOException {
    Roles roles = Roles.onFreePorts();
    List<String> flags = List.of("--train_steps=" + STEPS, "--input_data=" + Repository.DATA);
    try (Command server = server(told(roles.tfConfig("ps", 0)), List.of());
        Command chief = worker("wk-0", told(roles.tfConfig("master", 0)), flags);
        Command other = worker("wk-1", told(roles.tfConfig("worker", 1)), flags)) {
      checkAllEnd(server, chief, other);
    }
  }

  @Test
  void batchAisJobFileRunsAsItStands() throws IOException {
    Path runDir = folder.resolve("run");
    try (Command command =
        Command.run(
            Repository.BATCH_AI_JOB, runDir, "estimator.script_params.train_steps=" + STEPS)) {
      assertThat(command.awaitExit()).as(command::said).isZero();
      assertThat(command.err())
          .contains("num_gpus", "--data_dir")
          .doesNotContain("Exception", "Error");
    }
    ReferenceOutput.check(0, STEPS, log(runDir, "stdout-wk-0.txt"));
    ReferenceOutput.check(1, STEPS, log(runDir, "stdout-wk-1.txt"));
  }

  private static void checkAllEnd(Command server, Command chief, Command other) {
    assertThat(chief.awaitExit()).as(chief::said).isZero();
    assertThat(other.awaitExit()).as(other::said).isZero();
    assertThat(server.awaitExit()).as(server::said).isZero();
    assertThat(server.out()).startsWith("job name = ps\ntask index = 0\nlistening on ");
    ReferenceOutput.check(0, STEPS, chief.out());
    ReferenceOutput.check(1, STEPS, other.out());
  }

  private Command server(Map<String, String> environment, List<String> flags) {
    return Command.server(folder.resolve("ps-0"), environment, flags);
  }

  private Command worker(String name, Map<String, String> environment, List<String> flags) {
    return Command.worker(folder.resolve(name), environment, flags);
  }

  private static Map<String, String> told(String tfConfig) {
    return Map.of("TF_CONFIG", tfConfig);
  }

  private static String log(Path runDir, String name) throws IOException {
    return Files.readString(runDir.resolve(name));
  }

  private static List<Long> oneTo(int last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }
}
