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
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Whether a run's replicas take steps, as the ledgers that are kept of them in the run's state
 * show; where there are none, as the chief's lines of metrics do. One thread.
 */
final class StepWatch {
  /** The first change may be an owner that only opens its ledger. */
  private static final int CHANGES_OF_A_STEP = 2;

  private static final Pattern LEDGER = Pattern.compile("replica-(\\d+)\\.(\\d+)\\.ledger");

  private final RunFolder folder;
  private final List<TaskId> workers;
  private MetricsTail metrics;
  private final Map<Integer, byte[]> seen = new HashMap<>();
  private final Map<Integer, Integer> numChanges = new HashMap<>();
  private boolean hasNewMetrics;
  private long lastStep;

  StepWatch(RunFolder folder, List<TaskId> tasks) {
    this.folder = folder;
    this.workers = tasks.stream().filter(task -> task.role() == Role.WORKER).toList();
    this.metrics = new MetricsTail(folder.metrics());
  }

  /** The run has lost its state, and goes on from what it has saved. */
  void beginAgain() {
    metrics = new MetricsTail(folder.metrics());
    lastStep = 0;
    seen.clear();
    reset();
  }

  /** From now on, only new steps count. */
  void reset() {
    poll();
    numChanges.clear();
    hasNewMetrics = false;
  }

  /** Whether every replica has taken a step since {@link #reset}, or all steps are done. */
  boolean goesOn() {
    poll();
    return ledgers().containsKey(0)
        ? ledgers().keySet().stream().allMatch(this::goesOn)
        : hasNewMetrics;
  }

  /** The last global step that the chief has written down; 0 before. */
  long lastStep() {
    return lastStep;
  }

  private boolean goesOn(int replica) {
    return numChanges.getOrDefault(replica, 0) >= CHANGES_OF_A_STEP
        || Files.exists(folder.report(workers.get(replica % workers.size())));
  }

  private void poll() {
    for (MetricsRecord line : metrics.poll()) {
      hasNewMetrics = true;
      lastStep = Math.max(lastStep, line.step());
    }
    ledgers().forEach(this::poll);
  }

  private void poll(int replica, Path ledger) {
    byte[] now = read(ledger);
    byte[] before = seen.put(replica, now);
    if (before != null && !Arrays.equals(before, now)) {
      numChanges.merge(replica, 1, Integer::sum);
    }
  }

  /** Of each replica the ledger of its latest owner. */
  private SortedMap<Integer, Path> ledgers() {
    SortedMap<Integer, Path> latest = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder.state())) {
      files
          .filter(file -> LEDGER.matcher(file.getFileName().toString()).matches())
          .sorted(Comparator.comparingInt(file -> number(file, 2)))
          .forEach(file -> latest.put(number(file, 1), file));
    } catch (IOException notYet) {
      return latest;
    }
    return latest;
  }

  private static int number(Path ledger, int group) {
    Matcher matcher = LEDGER.matcher(ledger.getFileName().toString());
    return matcher.matches() ? Integer.parseInt(matcher.group(group)) : -1;
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException notYet) {
      return new byte[0];
    }
  }
}
