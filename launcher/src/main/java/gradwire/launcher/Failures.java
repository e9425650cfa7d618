package gradwire.launcher;

import gradwire.cluster.Role;
import gradwire.cluster.TaskId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What went wrong in a run, task by task. Where one task has failed others fail in consequence, and
 * may be heard of first: a server misses a worker, and tells the other workers so. One thread.
 */
final class Failures {
  private final Map<TaskId, String> errorByTask = new LinkedHashMap<>();

  void add(TaskId task, String error) {
    errorByTask.put(task, error);
  }

  /** A worker's own failure, if one has any that no server speaks of; else the first. */
  Optional<String> cause() {
    Set<String> ofServers =
        errorByTask.entrySet().stream()
            .filter(failure -> failure.getKey().role() == Role.PS)
            .map(Map.Entry::getValue)
            .collect(Collectors.toSet());
    return errorByTask.entrySet().stream()
        .filter(failure -> failure.getKey().role() == Role.WORKER)
        .map(Map.Entry::getValue)
        .filter(error -> !ofServers.contains(error))
        .findFirst()
        .or(() -> errorByTask.values().stream().findFirst());
  }
}
