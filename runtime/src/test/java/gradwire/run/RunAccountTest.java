package gradwire.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import gradwire.cluster.TaskId;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RunAccountTest {
  private static final Instant LAUNCHED_AT = Instant.ofEpochMilli(1_000_500);
  private static final List<TaskId> TASKS =
      List.of(TaskId.ps(0), TaskId.ps(1), TaskId.worker(0), TaskId.worker(1));

  private final Map<TaskId, TaskReport> reports = new HashMap<>();

  @Test
  void theResultAddsUpWhatTheTasksReport() {
    reportHealthyRun();
    RunResult result = account(RunStatus.SUCCEEDED, null).result();
    assertThat(result.globalSteps()).isEqualTo(200);
    assertThat(result.wallSeconds()).isCloseTo(9.5, within(1e-9));
    assertThat(result.trainSeconds()).isCloseTo(4.0, within(1e-9));
    assertThat(result.stepsPerSecond()).isCloseTo(50.0, within(1e-9));
    assertThat(result.samplesPerSecond()).isCloseTo(5000.0, within(1e-9));
    assertThat(result.metrics()).isEqualTo(Map.of("testAccuracy", 0.975));
    assertThat(result.timeToTarget())
        .isEqualTo(new RunResult.TimeToTarget("test_accuracy", 0.97, 4.0, 150));
    assertThat(result.parametersSha256()).isEqualTo("abc");
    assertThat(result.backend()).isEqualTo("dl4j-cpu");
    assertThat(result.bytesPushed()).isEqualTo(300);
    assertThat(result.tasks().getLast()).isEqualTo(new RunResult.TaskUsage("worker-1", 2, 7L, 1.5));
  }

  @Test
  void startsAreThoseThatTheLauncherCountedWhereItDid() {
    reportHealthyRun();
    reports.remove(TaskId.worker(1));
    RunResult result =
        account(RunStatus.FAILED, "lost")
            .result(Map.of(TaskId.ps(0), 2, TaskId.worker(1), 4), Optional.empty());
    assertThat(result.tasks())
        .extracting(RunResult.TaskUsage::incarnations)
        .startsWith(3)
        .endsWith(5);
  }

  @Test
  void updatesAreComparedWithEachServerOnItsOwn() {
    reportHealthyRun();
    reports.put(TaskId.ps(0), report(TaskId.ps(0), Map.of("updatesApplied", 197.0)));
    reports.put(TaskId.ps(1), report(TaskId.ps(1), Map.of("updatesApplied", 202.0)));
    RunResult result = account(RunStatus.SUCCEEDED, null).result();
    assertThat(result.updatesApplied()).isEqualTo(197);
    assertThat(result.updatesLost()).isEqualTo(3);
    assertThat(result.updatesDuplicated()).isEqualTo(2);
  }

  @Test
  void aHealthyRunLosesAndDuplicatesNothing() {
    reportHealthyRun();
    RunResult result = account(RunStatus.SUCCEEDED, null).result();
    assertThat(result.updatesLost()).isZero();
    assertThat(result.updatesDuplicated()).isZero();
    assertThat(result.staleness()).isEqualTo(new RunResult.Staleness(1.5, 4, 6));
  }

  @Test
  void aReplicaThatTwoWorkersReportCountsOnceAsItsLastOwnerSays() {
    reportHealthyRun();
    reports.put(
        TaskId.worker(0),
        report(TaskId.worker(0), replicas(Map.of(0, List.of(2.0, 100.0), 1, List.of(0.0, 60.0)))));
    reports.put(
        TaskId.worker(1), report(TaskId.worker(1), replicas(Map.of(1, List.of(1.0, 99.0)))));
    RunResult result = account(RunStatus.SUCCEEDED, null).result();
    assertThat(result.updatesLost()).isZero();
    assertThat(result.updatesDuplicated()).isEqualTo(1);
  }

  private static Map<String, Double> replicas(Map<Integer, List<Double>> turnsAndAcknowledged) {
    Map<String, Double> counters = new HashMap<>();
    turnsAndAcknowledged.forEach(
        (replica, counts) -> {
          counters.put("replica." + replica + ".turn", counts.get(0));
          counters.put("replica." + replica + ".updatesAcknowledged", counts.get(1));
        });
    return counters;
  }

  @Test
  void theChiefIsWhoeverKnowsTheFinalWeights() {
    reportHealthyRun();
    TaskReport chief = reports.get(TaskId.worker(0));
    reports.put(TaskId.worker(1), chief);
    reports.put(
        TaskId.worker(0),
        new TaskReport(
            "worker-0",
            0,
            Outcome.LEFT,
            null,
            7,
            1.5,
            new TreeMap<>(Map.of("globalSteps", 50.0)),
            new TreeMap<>()));
    RunResult result = account(RunStatus.SUCCEEDED, null).result();
    assertThat(result.globalSteps()).isEqualTo(200);
    assertThat(result.parametersSha256()).isEqualTo("abc");
    assertThat(result.metrics()).isEqualTo(Map.of("testAccuracy", 0.975));
  }

  @Test
  void stepsThatWereRestoredAreNotStepsOfTheseSeconds() {
    reportHealthyRun();
    Restored restored = new Restored("step-000000120", 120, "2026-01-01T00:00:00Z", 180);
    RunResult result = account(RunStatus.SUCCEEDED, null).result(Map.of(), Optional.of(restored));
    assertThat(result.globalSteps()).isEqualTo(200);
    assertThat(result.stepsPerSecond()).isEqualTo(20);
    assertThat(result.updatesLost()).isZero();
    assertThat(result.restored()).isEqualTo(restored);
  }

  @Test
  void whatNobodyReportedIsNull() {
    RunResult result = account(RunStatus.FAILED, "ps-0: port in use").result();
    assertThat(result.error()).isEqualTo("ps-0: port in use");
    assertThat(result.globalSteps()).isNull();
    assertThat(result.updatesLost()).isNull();
    assertThat(result.staleness()).isNull();
    assertThat(result.tasks().getFirst()).isEqualTo(new RunResult.TaskUsage("ps-0", 1, null, null));
  }

  @Test
  void aWorkerThatDiedLeavesTheComparisonOpen() {
    reportHealthyRun();
    reports.remove(TaskId.worker(1));
    assertThat(account(RunStatus.FAILED, "worker-1: killed").result().updatesLost()).isNull();
  }

  private RunAccount account(RunStatus status, @Nullable String error) {
    RunEnding ending = new RunEnding(status, error, LAUNCHED_AT, LAUNCHED_AT.plusMillis(9500));
    return new RunAccount(ending, Optional.of(new Target("test_accuracy", 0.97)), TASKS, reports);
  }

  private void reportHealthyRun() {
    Map<String, Double> chief = new HashMap<>();
    chief.putAll(Map.of("globalSteps", 200.0, "updatesAcknowledged", 100.0, "samples", 10_000.0));
    chief.putAll(Map.of("firstStepAt", 1002.0, "lastStepAt", 1005.5, "bytesPushed", 100.0));
    chief.putAll(Map.of("timeToTargetAt", 1004.5, "timeToTargetStep", 150.0));
    chief.put("metric.testAccuracy", 0.975);
    reports.put(TaskId.worker(0), report(TaskId.worker(0), chief));
    Map<String, Double> other = new HashMap<>();
    other.putAll(Map.of("updatesAcknowledged", 100.0, "samples", 10_000.0, "bytesPushed", 200.0));
    other.putAll(Map.of("firstStepAt", 1002.5, "lastStepAt", 1006.0));
    reports.put(TaskId.worker(1), report(TaskId.worker(1), other));
    reports.put(TaskId.ps(0), server(TaskId.ps(0), 1, 4));
    reports.put(TaskId.ps(1), server(TaskId.ps(1), 2, 3));
  }

  private static TaskReport server(TaskId task, double stalenessMean, double stalenessP99) {
    return report(
        task,
        Map.of(
            "updatesApplied",
            200.0,
            "stalenessMean",
            stalenessMean,
            "stalenessP99",
            stalenessP99,
            "stalenessMax",
            6.0));
  }

  private static TaskReport report(TaskId task, Map<String, Double> counters) {
    return new TaskReport(
        task.name(),
        task.index(),
        Outcome.SUCCEEDED,
        null,
        7,
        1.5,
        new TreeMap<>(counters),
        new TreeMap<>(Map.of("backend", "dl4j-cpu", "parametersSha256", "abc")));
  }
}
