package gradwire.launcher;

import static gradwire.launcher.FakeRole.Behaviour.CRASH;
import static gradwire.launcher.FakeRole.Behaviour.DEAF;
import static gradwire.launcher.FakeRole.Behaviour.END_EARLY;
import static gradwire.launcher.FakeRole.Behaviour.END_WITHOUT_REPORT;
import static gradwire.launcher.FakeRole.Behaviour.FAIL_TO_STOP;
import static gradwire.launcher.FakeRole.Behaviour.MISS_CHIEF;
import static gradwire.launcher.FakeRole.Behaviour.REPORT_FAILURE;
import static gradwire.launcher.FakeRole.Behaviour.SERVE;
import static gradwire.launcher.FakeRole.Behaviour.SUCCEED;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import gradwire.cluster.TaskId;
import gradwire.run.AtomicFiles;
import gradwire.run.RunFolder;
import gradwire.run.RunResult;
import gradwire.run.RunStatus;
import gradwire.trace.TraceFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalLauncherTest {
  /** For runs with a deaf task: these must be waited for to the end. */
  private static final Patience SHORT = new Patience(Duration.ofSeconds(1), Duration.ofSeconds(1));

  @TempDir Path root;
  private final RunControl control = new RunControl();

  @Test
  void whenAllTasksSucceedTheRunDoes() throws Exception {
    LocalRun run = FakeRun.of(root, SUCCEED, SUCCEED, SUCCEED);
    RunResult result = launch(run).get(60, TimeUnit.SECONDS);
    assertThat(result.error()).isNull();
    assertThat(result.status()).isEqualTo(RunStatus.SUCCEEDED);
    assertThat(result.updatesApplied()).isEqualTo(20);
    assertThat(result.updatesLost()).isEqualTo(20);
    assertThat(result.tasks()).hasSize(3).noneMatch(task -> task.peakRssBytes() == null);
    assertThat(RunResult.read(run.folder().result())).isEqualTo(result);
    assertThat(run.folder().log(FakeRun.OTHER)).hasContent("worker-1 succeed");
    assertThat(LauncherPid.findLauncher(run.folder())).isEmpty();
  }

  @Test
  void aTracedRunLeavesOnePictureOfAllTasksAndTheSummaryNamesIt() throws Exception {
    LocalRun run = FakeRun.of(root, SUCCEED, SUCCEED, SUCCEED);
    TraceFolder trace = new TraceFolder(run.folder());
    trace.prepare();
    RunResult result = launch(run).get(60, TimeUnit.SECONDS);
    JsonObject picture = JsonParser.parseString(Files.readString(trace.merged())).getAsJsonObject();
    assertThat(picture.getAsJsonObject("otherData").get("tasks").getAsString())
        .isEqualTo("ps-0 worker-0 worker-1");
    assertThat(picture.getAsJsonArray("traceEvents"))
        .filteredOn(event -> event.getAsJsonObject().get("ph").getAsString().equals("X"))
        .hasSize(3);
    assertThat(SummaryText.of(result, run.folder(), Style.PLAIN))
        .contains("trace    " + trace.merged() + " (open in ui.perfetto.dev or chrome://tracing)");
  }

  @Test
  void aTaskThatCrashesFailsTheRunWithItsLastCauseAndEndsTheOthers() throws Exception {
    LocalRun run = FakeRun.of(root, SERVE, CRASH, SERVE);
    RunResult result = launch(run).get(60, TimeUnit.SECONDS);
    assertThat(result.status()).isEqualTo(RunStatus.FAILED);
    assertThat(result.error())
        .isEqualTo(
            "worker-0: ended with exit code 1: Caused by: java.io.IOException: no such shard;"
                + " its log: "
                + run.folder().log(FakeRun.CHIEF));
    assertGone(run.folder(), List.of(FakeRun.SERVER, FakeRun.OTHER));
  }

  @Test
  void aTaskThatReportsAFailureIsQuoted() throws Exception {
    LocalRun run = FakeRun.of(root, SERVE, SERVE, REPORT_FAILURE);
    RunResult result = launch(run).get(60, TimeUnit.SECONDS);
    assertThat(result.error())
        .startsWith(
            "worker-1: ended with exit code 1: data_dir: expected MNIST files, got none; its log:");
  }

  @Test
  void aWorkersFailureIsQuotedThoughTheServerThatMissesItEndsFirst() throws Exception {
    LocalRun run = FakeRun.of(root, MISS_CHIEF, FAIL_TO_STOP, SERVE);
    RunResult result = launch(run).get(60, TimeUnit.SECONDS);
    assertThat(result.error())
        .startsWith("worker-0: ended with exit code 1: checkpoint: disk full; its log:");
  }

  @Test
  void aTaskThatEndsWithoutAReportFailsTheRun() throws Exception {
    LocalRun run = FakeRun.of(root, END_WITHOUT_REPORT, SERVE, SERVE);
    RunResult result = launch(run).get(60, TimeUnit.SECONDS);
    assertThat(result.status()).isEqualTo(RunStatus.FAILED);
    assertThat(result.error()).startsWith("ps-0: ended without a report; its log: ");
  }

  @Test
  void aTaskThatEndsBeforeTheRunIsDoneFailsTheRun() throws Exception {
    LocalRun run = FakeRun.of(root, END_EARLY, SERVE, SERVE);
    RunResult result = launch(run).get(60, TimeUnit.SECONDS);
    assertThat(result.error()).startsWith("ps-0: ended before the run was done; its log: ");
  }

  @Test
  void aKilledTaskIsNamedWithItsSignalAndADeafOneIsKilled() throws Exception {
    LocalRun run = FakeRun.of(root, SERVE, DEAF, SERVE);
    CompletableFuture<RunResult> launched = launch(run, SHORT);
    awaitAllStarted(run);
    Processes.signal("-KILL", Processes.awaitStarted(run.folder(), FakeRun.SERVER));
    RunResult result = launched.get(30, TimeUnit.SECONDS);
    assertThat(result.error())
        .startsWith(
            "ps-0: killed by signal 9 (by hand, or by the system for want of memory); its log: ");
    assertGone(run.folder(), run.tasks());
  }

  @Test
  void stopLetsTheTasksSaveAndEnd() throws Exception {
    LocalRun run = FakeRun.of(root, SERVE, SERVE, SERVE);
    CompletableFuture<RunResult> launched = launch(run);
    awaitAllStarted(run);
    control.requestStop();
    RunResult result = launched.get(30, TimeUnit.SECONDS);
    assertThat(result.status()).isEqualTo(RunStatus.STOPPED);
    assertThat(result.error()).isNull();
    assertThat(ExitCode.of(result.status()).code()).isEqualTo(130);
  }

  @Test
  void aTaskThatFailsWhileStoppingIsNamed() throws Exception {
    LocalRun run = FakeRun.of(root, SERVE, FAIL_TO_STOP, SERVE);
    CompletableFuture<RunResult> launched = launch(run);
    awaitAllStarted(run);
    control.requestStop();
    RunResult result = launched.get(30, TimeUnit.SECONDS);
    assertThat(result.status()).isEqualTo(RunStatus.STOPPED);
    assertThat(result.error())
        .startsWith("worker-0: ended with exit code 1: checkpoint: disk full; its log: ");
  }

  @Test
  void aTaskThatIgnoresStopIsKilledAndNamed() throws Exception {
    LocalRun run = FakeRun.of(root, SERVE, DEAF, SERVE);
    CompletableFuture<RunResult> launched = launch(run, SHORT);
    awaitAllStarted(run);
    control.requestStop();
    RunResult result = launched.get(30, TimeUnit.SECONDS);
    assertThat(result.status()).isEqualTo(RunStatus.STOPPED);
    assertThat(result.error())
        .contains("worker-0")
        .endsWith(": killed, as 1 s after the request to stop it still ran");
    assertGone(run.folder(), run.tasks());
  }

  @Test
  void theSecondRequestToStopKillsAtOnce() throws Exception {
    LocalRun run = FakeRun.of(root, SERVE, DEAF, SERVE);
    CompletableFuture<RunResult> launched = launch(run, Patience.DEFAULT);
    awaitAllStarted(run);
    control.requestStop();
    control.requestStop();
    RunResult result = launched.get(10, TimeUnit.SECONDS);
    assertThat(result.error()).contains("worker-0").contains("killed at the second request");
  }

  @Test
  void aRunThatTakesTooLongFails() throws Exception {
    FakeRun.of(root, SERVE, SERVE, SERVE);
    LocalRun run = FakeRun.prepared(new RunFolder(root), Duration.ofSeconds(1));
    RunResult result = launch(run).get(60, TimeUnit.SECONDS);
    assertThat(result.status()).isEqualTo(RunStatus.FAILED);
    assertThat(result.error())
        .startsWith(
            "run: expected to end within maxRunDurationSeconds = 1, got no end;"
                + " allow more time or fewer steps");
    assertThat(result.wallSeconds()).isGreaterThan(1);
  }

  @Test
  void aProgramThatDoesNotStartFailsTheRunWithWhatJavaSaid() throws Exception {
    LocalRun run = FakeRun.of(root, SERVE, SERVE, SERVE);
    RoleProgram wrong =
        new RoleProgram("gradwire.Nothing", "nowhere.jar", 32, List.of(), Optional.empty());
    LocalRun broken =
        new LocalRun(
            run.folder(),
            run.experiment(),
            1,
            2,
            run.maxRunDuration(),
            run.totalSteps(),
            run.target(),
            wrong,
            run.worker(),
            run.launchedAt());
    assertThat(launch(broken).get(60, TimeUnit.SECONDS).error())
        .startsWith("ps-0: ended with exit code 1: ")
        .contains("gradwire.Nothing");
  }

  @Test
  void whatAnEarlierRunLeftInTheFolderIsNotBelieved() throws Exception {
    LocalRun run = FakeRun.of(root, END_WITHOUT_REPORT, SERVE, SERVE);
    AtomicFiles.write(run.folder().report(FakeRun.SERVER), "{}");
    run.folder().publishAddress(FakeRun.SERVER, "old:1");
    assertThat(launch(run).get(60, TimeUnit.SECONDS).error()).contains("ended without a report");
    assertThat(run.folder().readAddress(FakeRun.SERVER)).isNotEqualTo("old:1");
  }

  private CompletableFuture<RunResult> launch(LocalRun run) {
    return launch(run, Patience.DEFAULT);
  }

  private CompletableFuture<RunResult> launch(LocalRun run, Patience patience) {
    LocalLauncher launcher =
        new LocalLauncher(run, control, patience, () -> {}, InstantSource.system());
    return CompletableFuture.supplyAsync(launcher::awaitResult, task -> new Thread(task).start());
  }

  private static void awaitAllStarted(LocalRun run) {
    run.tasks().forEach(task -> Processes.awaitStarted(run.folder(), task));
  }

  /** The launcher has returned: whoever started is no more. */
  private static void assertGone(RunFolder folder, List<TaskId> tasks) {
    for (TaskId task : tasks) {
      folder
          .readAddress(task)
          .ifPresent(
              pid -> Processes.awaitGone(task.name(), Long.parseLong(pid), Duration.ofSeconds(1)));
    }
  }
}
