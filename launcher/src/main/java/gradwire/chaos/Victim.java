package gradwire.chaos;

import gradwire.cluster.TaskId;
import gradwire.launcher.LauncherPid;
import gradwire.launcher.ProcessFile;
import gradwire.run.RunFolder;
import java.util.Optional;

/** Whom a disturbance hits. */
public sealed interface Victim {
  /** One task's process. */
  record Task(TaskId task) implements Victim {}

  /** The process that starts and watches the tasks. */
  record Launcher() implements Victim {}

  /** All processes, and the run's state. */
  record Machine() implements Victim {}

  /** For the user, e.g. {@code ps-0} or {@code launcher}. */
  default String text() {
    return switch (this) {
      case Task(TaskId task) -> task.name();
      case Launcher() -> "launcher";
      case Machine() -> "machine";
    };
  }

  /**
   * The process as the run folder names it, if it runs; the machine is there as its launcher is.
   */
  default Optional<ProcessHandle> findProcess(RunFolder folder) {
    return switch (this) {
      case Task(TaskId task) -> ProcessFile.findRunning(folder.pid(task));
      case Launcher(), Machine() -> LauncherPid.findLauncher(folder);
    };
  }
}
