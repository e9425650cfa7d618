package gradwire.launcher;

import gradwire.cluster.TaskId;
import gradwire.error.GradwireException;
import gradwire.run.AtomicFiles;
import gradwire.run.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The number of each task's latest start, from 0, over all launchers of a run: the file {@code
 * state/incarnations}, a line a task. A number is on file before its process starts, so none is
 * ever given twice. One thread.
 */
final class Incarnations {
  private final Path file;
  private final Map<String, Integer> latest;

  private Incarnations(Path file, Map<String, Integer> latest) {
    this.file = file;
    this.latest = latest;
  }

  /**
   * Goes on counting where an earlier launcher stopped.
   *
   * @throws GradwireException if its file cannot be read
   */
  static Incarnations of(RunFolder folder) {
    Path file = folder.state().resolve("incarnations");
    return new Incarnations(file, Files.exists(file) ? read(file) : new TreeMap<>());
  }

  /** Whether no launcher has started a task here yet. */
  boolean isEmpty() {
    return latest.isEmpty();
  }

  /** Counts one more start of each of {@code tasks}. */
  void advance(List<TaskId> tasks) {
    tasks.forEach(task -> latest.merge(task.name(), 0, (last, first) -> last + 1));
    AtomicFiles.write(
        file,
        latest.entrySet().stream()
            .map(entry -> entry.getKey() + " " + entry.getValue() + "\n")
            .collect(Collectors.joining()));
  }

  /** Of a task that was started. */
  int latest(TaskId task) {
    return latest.getOrDefault(task.name(), 0);
  }

  private static Map<String, Integer> read(Path file) {
    try {
      Map<String, Integer> latest = new TreeMap<>();
      for (String line : Files.readAllLines(file)) {
        String[] words = line.split(" ");
        latest.put(words[0], Integer.valueOf(words[1]));
      }
      return latest;
    } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new GradwireException(
          file + ": expected a line 'TASK NUMBER' for each task, got " + e + "; run the job anew",
          e);
    }
  }
}
