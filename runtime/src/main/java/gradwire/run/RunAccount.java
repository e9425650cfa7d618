package gradwire.run;

import gradwire.cluster.Role;
import gradwire.cluster.TaskId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the run's result of what its tasks report. Both ends count every update, and the two counts
 * are compared: nothing is assumed. Immutable.
 *
 * @param tasks every task of the run
 * @param reports by task; a task that died has none
 */
public record RunAccount(
    RunEnding ending,
    Optional<Target> target,
    List<TaskId> tasks,
    Map<TaskId, TaskReport> reports) {
  public RunAccount {
    tasks = List.copyOf(tasks);
    reports = Map.copyOf(reports);
  }

  public RunResult result() {
    return result(Map.of(), Optional.empty());
  }

  /**
   * As {@link #result()}.
   *
   * @param latest number of each task's latest start, from 0; of a task that is not in it, what its
   *     report says
   * @param restored what the run's state began with, if not with the first step
   */
  public RunResult result(Map<TaskId, Integer> latest, Optional<Restored> restored) {
    Double trainSeconds = trainSeconds();
    Double globalSteps = chiefCounter(TaskReport.GLOBAL_STEPS);
    long before = restored.map(Restored::step).orElse(0L);
    return new RunResult(
        ending.status(),
        ending.error(),
        whole(globalSteps),
        ending.wallSeconds(),
        trainSeconds,
        rate(globalSteps == null ? null : boxed(globalSteps - before), trainSeconds),
        rate(sumOverWorkers(TaskReport.SAMPLES), trainSeconds),
        metrics(),
        timeToTarget(),
        chiefFact(TaskReport.PARAMETERS_SHA256),
        chiefFact(TaskReport.BACKEND),
        chiefFact(TaskReport.TRANSPORT),
        tasks.stream().map(task -> usage(task, latest)).toList(),
        whole(sumOverWorkers(TaskReport.BYTES_PUSHED)),
        whole(sumOverWorkers(TaskReport.BYTES_PULLED)),
        updatesApplied(),
        worstExcess(-1),
        worstExcess(1),
        staleness(),
        restored.orElse(null));
  }

  private @Nullable Double trainSeconds() {
    DoubleStream first = counters(Role.WORKER, TaskReport.FIRST_STEP_AT);
    DoubleStream last = counters(Role.WORKER, TaskReport.LAST_STEP_AT);
    double seconds = last.max().orElse(Double.NaN) - first.min().orElse(Double.NaN);
    return Double.isNaN(seconds) ? null : seconds;
  }

  private SortedMap<String, Double> metrics() {
    SortedMap<String, Double> metrics = new TreeMap<>();
    TaskReport chief = chief();
    if (chief != null) {
      chief.counters().entrySet().stream()
          .filter(counter -> counter.getKey().startsWith(TaskReport.METRIC_PREFIX))
          .forEach(counter -> metrics.put(metricName(counter.getKey()), counter.getValue()));
    }
    return metrics;
  }

  private static String metricName(String counter) {
    return counter.substring(TaskReport.METRIC_PREFIX.length());
  }

  private RunResult.@Nullable TimeToTarget timeToTarget() {
    Double at = chiefCounter(TaskReport.TIME_TO_TARGET_AT);
    Double step = chiefCounter(TaskReport.TIME_TO_TARGET_STEP);
    if (target.isEmpty() || at == null || step == null) {
      return null;
    }
    double seconds = at - ending.launchedAt().toEpochMilli() / 1e3;
    return new RunResult.TimeToTarget(
        target.get().metric(), target.get().value(), seconds, step.longValue());
  }

  private RunResult.TaskUsage usage(TaskId task, Map<TaskId, Integer> latest) {
    TaskReport report = reports.get(task);
    int reported = report == null ? 0 : report.incarnation();
    int incarnations = latest.getOrDefault(task, reported) + 1;
    return report == null
        ? new RunResult.TaskUsage(task.name(), incarnations, null, null)
        : new RunResult.TaskUsage(
            task.name(), incarnations, report.peakRssBytes(), report.cpuSeconds());
  }

  /** Updates that every server has applied; every server sees every update once. */
  private @Nullable Long updatesApplied() {
    return whole(
        allReported(Role.PS)
            ? boxed(counters(Role.PS, TaskReport.UPDATES_APPLIED).min().orElse(Double.NaN))
            : null);
  }

  /**
   * The largest excess over all servers, not below 0.
   *
   * @param sign 1 for applied over acknowledged, -1 for acknowledged over applied
   */
  private @Nullable Long worstExcess(int sign) {
    if (!allReported(Role.PS) || !allReported(Role.WORKER)) {
      return null;
    }
    double acknowledged = acknowledged();
    return counters(Role.PS, TaskReport.UPDATES_APPLIED)
        .mapToObj(applied -> Math.max(0, Math.round(sign * (applied - acknowledged))))
        .max(Long::compare)
        .orElse(null);
  }

  /** Of every replica once: what the last owner that reports it says. */
  private double acknowledged() {
    SortedMap<Integer, ReplicaReport> latest = new TreeMap<>();
    reports.values().stream()
        .flatMap(report -> ReplicaReport.all(report).stream())
        .forEach(
            replica ->
                latest.merge(replica.replica(), replica, (a, b) -> a.turn() >= b.turn() ? a : b));
    return latest.isEmpty()
        ? counters(Role.WORKER, TaskReport.UPDATES_ACKNOWLEDGED).sum()
        : latest.values().stream().mapToDouble(ReplicaReport::acknowledged).sum();
  }

  private RunResult.@Nullable Staleness staleness() {
    if (counters(Role.PS, TaskReport.STALENESS_MEAN).findAny().isEmpty()) {
      return null;
    }
    return new RunResult.Staleness(
        counters(Role.PS, TaskReport.STALENESS_MEAN).average().orElse(0),
        counters(Role.PS, TaskReport.STALENESS_P99).max().orElse(0),
        counters(Role.PS, TaskReport.STALENESS_MAX).max().orElse(0));
  }

  private boolean allReported(Role role) {
    return tasks.stream().filter(task -> task.role() == role).allMatch(reports::containsKey);
  }

  private DoubleStream counters(Role role, String name) {
    return tasks.stream()
        .filter(task -> task.role() == role)
        .map(task -> counter(task, name))
        .filter(value -> value != null)
        .mapToDouble(Double::doubleValue);
  }

  private @Nullable Double counter(TaskId task, String name) {
    TaskReport report = reports.get(task);
    return report == null ? null : report.counters().get(name);
  }

  private @Nullable Double sumOverWorkers(String name) {
    return allReported(Role.WORKER) ? boxed(counters(Role.WORKER, name).sum()) : null;
  }

  private @Nullable Double chiefCounter(String name) {
    TaskReport chief = chief();
    return chief == null ? null : chief.counters().get(name);
  }

  private @Nullable String chiefFact(String name) {
    TaskReport chief = chief();
    return chief == null ? null : chief.facts().get(name);
  }

  /** Who had replica 0 at the end: it alone knows the final weights. Worker 0 if nobody says so. */
  private @Nullable TaskReport chief() {
    return tasks.stream()
        .filter(task -> task.role() == Role.WORKER)
        .map(reports::get)
        .filter(
            report -> report != null && report.facts().containsKey(TaskReport.PARAMETERS_SHA256))
        .findFirst()
        .orElse(reports.get(TaskId.worker(0)));
  }

  private static @Nullable Double rate(@Nullable Double count, @Nullable Double seconds) {
    return count == null || seconds == null || seconds <= 0 ? null : boxed(count / seconds);
  }

  private static @Nullable Double boxed(double value) {
    return Double.isNaN(value) ? null : value;
  }

  private static @Nullable Long whole(@Nullable Double value) {
    return value == null ? null : Math.round(value);
  }
}
