package gradwire.launcher;

import static gradwire.launcher.FakeRole.Behaviour.CRASH;
import static gradwire.launcher.FakeRole.Behaviour.DEAF;
import static gradwire.launcher.FakeRole.Behaviour.DIE;
import static gradwire.launcher.FakeRole.Behaviour.END_EARLY;
import static gradwire.launcher.FakeRole.Behaviour.END_WITHOUT_REPORT;
import static gradwire.launcher.FakeRole.Behaviour.FAIL_TO_STOP;
import static gradwire.launcher.FakeRole.Behaviour.MISS_CHIEF;
import static gradwire.launcher.FakeRole.Behaviour.REPORT_FAILURE;
import static gradwire.launcher.FakeRole.Behaviour.SERVE;
import static gradwire.launcher.FakeRole.Behaviour.SERVE_ALL_WORKERS;
import static gradwire.launcher.FakeRole.Behaviour.SERVE_WELL;
import static gradwire.launcher.FakeRole.Behaviour.SUCCEED;
import static gradwire.launcher.FakeRole.Behaviour.SUCCEED_LATER;
import static java.util.concurrent.TimeUnit.SECONDS;
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
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalLauncherTest {
  /** For runs with a deaf task: these must be waited for to the end. */
  private static final Patience SHORT =
      new Patience(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(2));

  @TempDir Path root;
  private final RunControl control = new RunControl();
  private final List<String> news = new CopyOnWriteArrayList<>();

  @Test
  void whenAllTasksSucceedTheRunDoes() throws Exception {
    LocalRun run = FakeRun.of(root, SERVE_WELL, SUCCEED, SUCCEED);
    RunResult result = launch(run).get(60, SECONDS);
    assertThat(result.error()).isNull();
    assertThat(result.status()).isEqualTo(RunStatus.SUCCEEDED);
    assertThat(result.updatesApplied()).isEqualTo(20);
    assertThat(result.updatesLost()).isEqualTo(20);
    assertThat(result.tasks()).hasSize(3).noneMatch(task -> task.peakRssBytes() == null);
    assertThat(RunResult.read(run.folder().result())).isEqualTo(result);
    assertThat(run.folder().log(FakeRun.OTHER)).hasContent("worker-1 succeed");
    assertThat(LauncherPid.findLauncher(run.folder())).isEmpty();
    assertThat(news).isEmpty();
  }

  @Test
  void aTracedRunLeavesOnePictureOfAllTasksAndTheSummaryNamesIt() throws Exception {
    LocalRun run = FakeRun.of(root, SUCCEED, SUCCEED, SUCCEED);
    TraceFolder trace = new TraceFolder(run.folder());
    trace.prepare();
    RunResult result = launch(run).get(60, SECONDS);
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
    RunResult result = launch(run).get(60, SECONDS);
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
    RunResult result = launch(run).get(60, SECONDS);
    assertThat(result.error())
        .startsWith(
            "worker-1: ended with exit code 1: data_dir: expected MNIST files, got none; its log:");
  }

  @Test
  void aWorkersFailureIsQuotedThoughTheServerThatMissesItEndsFirst() throws Exception {
    LocalRun run = FakeRun.of(root, MISS_CHIEF, FAIL_TO_STOP, SERVE);
    RunResult result = launch(run).get(60, SECONDS);
    assertThat(result.error())
        .startsWith("worker-0: ended with exit code 1: checkpoint: disk full; its log:");
  }

  @Test
  void aTaskThatEndsWithoutAReportFailsTheRun() throws Exception {
    LocalRun run = FakeRun.of(root, END_WITHOUT_REPORT, SERVE, SERVE);
    RunResult result = launch(run).get(60, SECONDS);
    assertThat(result.status()).isEqualTo(RunStatus.FAILED);
    assertThat(result.error()).startsWith("ps-0: ended without a report; its log: ");
  }

  @Test
  void aTaskThatEndsBeforeTheRunIsDoneFailsTheRun() throws Exception {
    LocalRun run = FakeRun.of(root, END_EARLY, SERVE, SERVE);
    RunResult result = launch(run).get(60, SECONDS);
    assertThat(result.error()).startsWith("ps-0: ended before the run was done; its log: ");
  }

  @Test
  void aKilledTaskIsStartedAgainAndTheRunGoesOnToItsEnd() throws Exception {
    LocalRun run = FakeRun.of(root, SERVE_WELL, SUCCEED_LATER, SUCCEED);
    CompletableFuture<RunResult> launched = launch(run);
    awaitAllStarted(run);
    long server = Processes.awaitStarted(run.folder(), FakeRun.SERVER);
    Processes.signal("-KILL", server);
    Processes.awaitRestarted(run.folder(), FakeRun.SERVER, server);
    Processes.signal("-TERM", Processes.awaitStarted(run.folder(), FakeRun.CHIEF));
    RunResult result = launched.get(60, SECONDS);
    assertThat(result.status()).as(result.toJson()).isEqualTo(RunStatus.SUCCEEDED);
    assertThat(result.tasks())
        .extracting(RunResult.TaskUsage::incarnations)
        .containsExactly(2, 2, 1);
    assertThat(news)
        .hasSize(2)
        .first()
        .asString()
        .matches("ps-0: killed by signal 9 at \\d+\\.\\d s, restarted as incarnation 1");
    assertThat(news.getLast()).startsWith("worker-0: killed by signal 15 at ");
    assertThat(run.folder().root().resolve("launcher.log")).content().contains(news);
    assertThat(run.folder().state()).doesNotExist();
    assertGone(run.folder(), run.tasks());
  }

  @Test
  void aTaskThatDiesAgainAndAgainIsGivenUp() throws Exception {
    LocalRun run = FakeRun.of(root, SERVE, DIE, SERVE);
    RunResult result = launch(run, SHORT, InstantSource.fixed(run.launchedAt())).get(60, SECONDS);
    assertThat(result.status()).isEqualTo(RunStatus.FAILED);
    assertThat(result.error())
        .startsWith("worker-0: killed by signal 9 ")
        .endsWith("; given up, as it died 5 times in a row within 2 s of its start");
    assertThat(result.tasks())
        .extracting(RunResult.TaskUsage::incarnations)
        .containsExactly(1, 5, 1);
    assertThat(run.folder().state()).exists();
  }

  @Test
  void aFailureEndsADeafTaskToo() throws Exception {
    LocalRun run = FakeRun.of(root, SERVE, DEAF, REPORT_FAILURE);
    RunResult result = launch(run, SHORT).get(60, SECONDS);
    assertThat(result.error()).startsWith("worker-1: ended with exit code 1: data_dir: ");
    assertGone(run.folder(), run.tasks());
  }

  @Test
  void stopLetsTheTasksSaveAndEnd() throws Exception {
    RunResult result = stopped(FakeRun.of(root, SERVE, SERVE, SERVE), Patience.DEFAULT);
    assertThat(result.error()).isNull();
    assertThat(ExitCode.of(result.status()).code()).isEqualTo(130);
  }

  @Test
  void serversAreThereUntilAllWorkersHaveStopped() throws Exception {
    RunResult result = stopped(FakeRun.of(root, SERVE_ALL_WORKERS, SERVE, SERVE), Patience.DEFAULT);
    assertThat(result.error()).isNull();
  }

  @Test
  void aTaskThatFailsWhileStoppingIsNamed() throws Exception {
    RunResult result = stopped(FakeRun.of(root, SERVE, FAIL_TO_STOP, SERVE), Patience.DEFAULT);
    assertThat(result.error())
        .startsWith("worker-0: ended with exit code 1: checkpoint: disk full; its log: ");
  }

  @Test
  void aTaskThatIgnoresStopIsKilledAndNamed() throws Exception {
    LocalRun run = FakeRun.of(root, SERVE, DEAF, SERVE);
    RunResult result = stopped(run, SHORT);
    assertThat(result.error())
        .isEqualTo("worker-0: killed, as 1 s after the request to stop it still ran");
    assertGone(run.folder(), run.tasks());
  }

  @Test
  void whoFailedWhileStoppingIsNamedBeforeWhoWaitedForIt() throws Exception {
    RunResult result = stopped(FakeRun.of(root, DEAF, FAIL_TO_STOP, SERVE), SHORT);
    assertThat(result.error())
        .startsWith("worker-0: ended with exit code 1: checkpoint: disk full; its log: ")
        .endsWith("; ps-0: killed, as 1 s after the request to stop it still ran");
  }

  @Test
  void theSecondRequestToStopKillsAtOnce() throws Exception {
    LocalRun run = FakeRun.of(root, SERVE, DEAF, SERVE);
    CompletableFuture<RunResult> launched = launch(run, Patience.DEFAULT);
    awaitAllStarted(run);
    control.requestStop();
    control.requestStop();
    RunResult result = launched.get(10, SECONDS);
    assertThat(result.error()).contains("worker-0").contains("killed at the second request");
  }

  @Test
  void aRunThatTakesTooLongFails() throws Exception {
    FakeRun.of(root, SERVE, SERVE, SERVE);
    LocalRun run = FakeRun.prepared(new RunFolder(root), Duration.ofSeconds(1));
    RunResult result = launch(run).get(60, SECONDS);
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
    RoleProgram wrong = new RoleProgram("gradwire.Nothing", "nowhere.jar", 32, Optional.empty());
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
    assertThat(launch(broken).get(60, SECONDS).error())
        .startsWith("ps-0: ended with exit code 1: ")
        .contains("gradwire.Nothing");
  }

  @Test
  void whatAnEarlierRunLeftInTheFolderIsNotBelieved() throws Exception {
    LocalRun run = FakeRun.of(root, END_WITHOUT_REPORT, SERVE, SERVE);
    AtomicFiles.write(run.folder().report(FakeRun.SERVER), "{}");
    run.folder().publishAddress(FakeRun.SERVER, "old:1");
    assertThat(launch(run).get(60, SECONDS).error()).contains("ended without a report");
    assertThat(run.folder().readAddress(FakeRun.SERVER)).isNotEqualTo("old:1");
  }

  private CompletableFuture<RunResult> launch(LocalRun run) {
    return launch(run, Patience.DEFAULT);
  }

  private CompletableFuture<RunResult> launch(LocalRun run, Patience patience) {
    return launch(run, patience, InstantSource.system());
  }

  private CompletableFuture<RunResult> launch(
      LocalRun run, Patience patience, InstantSource clock) {
    RunObserver observer =
        new RunObserver() {
          @Override
          public void tick() {}

          @Override
          public void news(String line) {
            news.add(line);
          }
        };
    LocalLauncher launcher = new LocalLauncher(run, control, patience, observer, clock);
    return CompletableFuture.supplyAsync(launcher::awaitResult, task -> new Thread(task).start());
  }

  /** The result of a run that is asked to stop once all of its tasks are at work. */
  private RunResult stopped(LocalRun run, Patience patience) throws Exception {
    CompletableFuture<RunResult> launched = launch(run, patience);
    awaitAllStarted(run);
    control.requestStop();
    RunResult result = launched.get(30, SECONDS);
    assertThat(result.status()).isEqualTo(RunStatus.STOPPED);
    return result;
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
