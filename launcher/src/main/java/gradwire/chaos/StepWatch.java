package gradwire.chaos;

import gradwire.cluster.Role;
import gradwire.cluster.TaskId;
import gradwire.run.MetricsRecord;
import gradwire.run.MetricsTail;
import gradwire.run.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether a run's workers take steps, as the ledgers that they keep in the run's state show; where
 * the chief keeps none, as its lines of metrics do. One thread.
 */
final class StepWatch {
  /** The first change may be a worker that only opens its ledger. */
  private static final int CHANGES_OF_A_STEP = 2;

  private final RunFolder folder;
  private final List<TaskId> workers;
  private final MetricsTail metrics;
  private final Map<TaskId, byte[]> seen = new HashMap<>();
  private final Map<TaskId, Integer> numChanges = new HashMap<>();
  private boolean hasNewMetrics;
  private long lastStep;

  StepWatch(RunFolder folder, List<TaskId> tasks) {
    this.folder = folder;
    this.workers = tasks.stream().filter(task -> task.role() == Role.WORKER).toList();
    this.metrics = new MetricsTail(folder.metrics());
  }

  /** From now on, only new steps count. */
  void reset() {
    poll();
    numChanges.clear();
    hasNewMetrics = false;
  }

  /** Whether every worker has taken a step since {@link #reset}, or has done all of them. */
  boolean goesOn() {
    poll();
    return Files.exists(ledger(TaskId.worker(0)))
        ? workers.stream().allMatch(this::goesOn)
        : hasNewMetrics;
  }

  /** The last global step that the chief has written down; 0 before. */
  long lastStep() {
    return lastStep;
  }

  private boolean goesOn(TaskId worker) {
    return numChanges.getOrDefault(worker, 0) >= CHANGES_OF_A_STEP
        || Files.exists(folder.report(worker));
  }

  private void poll() {
    for (MetricsRecord line : metrics.poll()) {
      hasNewMetrics = true;
      lastStep = Math.max(lastStep, line.step());
    }
    workers.forEach(this::poll);
  }

  private void poll(TaskId worker) {
    byte[] now = read(ledger(worker));
    byte[] before = seen.put(worker, now);
    if (before != null && !Arrays.equals(before, now)) {
      numChanges.merge(worker, 1, Integer::sum);
    }
  }

  private Path ledger(TaskId worker) {
    return folder.state().resolve(worker.name() + ".ledger");
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException notYet) {
      return new byte[0];
    }
  }
}
