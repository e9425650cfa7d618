package gradwire.cli;

import gradwire.error.GradwireException;
import gradwire.launcher.LauncherPid;
import gradwire.run.RunFolder;
import gradwire.run.RunResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** A run as its folder tells of it, perhaps still under way. */
record PastRun(RunFolder folder) {
  /** Where a run stands. */
  enum Status {
    SUCCEEDED,
    FAILED,
    STOPPED,
    /** Its launcher is at work. */
    RUNNING,
    /** Its launcher is gone and left no readable result. */
    INTERRUPTED;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** {@code experiment/id}. */
  String name() {
    Path root = folder.root().toAbsolutePath().normalize();
    return root.getNameCount() < 2
        ? root.toString()
        : root.subpath(root.getNameCount() - 2, root.getNameCount()).toString();
  }

  Status status() {
    if (LauncherPid.findLauncher(folder).isPresent()) {
      return Status.RUNNING;
    }
    return result()
        .map(
            result ->
                switch (result.status()) {
                  case SUCCEEDED -> Status.SUCCEEDED;
                  case FAILED -> Status.FAILED;
                  case STOPPED -> Status.STOPPED;
                })
        .orElse(Status.INTERRUPTED);
  }

  /** Empty while there is none, and for one that cannot be read. */
  Optional<RunResult> result() {
    if (!Files.exists(folder.result())) {
      return Optional.empty();
    }
    try {
      return Optional.of(RunResult.read(folder.result()));
    } catch (GradwireException damaged) {
      return Optional.empty();
    }
  }
}
