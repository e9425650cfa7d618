package gradwire.launcher;

import gradwire.cluster.TaskId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Says whether a task that was killed is started again: always, but for one that cannot get up. One
 * thread.
 */
final class RestartPolicy {
  /** Who lived shorter than this has died early. */
  static final Duration EARLY = Duration.ofSeconds(2);

  /** So many early deaths in a row and the task is given up. */
  static final int MAX_EARLY_DEATHS = 5;

  private final Map<TaskId, Integer> earlyDeathsInRow = new HashMap<>();

  /**
   * Notes a death.
   *
   * @param lived from the task's last start to its death
   * @return whether to start it again
   */
  boolean allowsAfter(TaskId task, Duration lived) {
    if (lived.compareTo(EARLY) >= 0) {
      earlyDeathsInRow.remove(task);
      return true;
    }
    return earlyDeathsInRow.merge(task, 1, Integer::sum) < MAX_EARLY_DEATHS;
  }
}
