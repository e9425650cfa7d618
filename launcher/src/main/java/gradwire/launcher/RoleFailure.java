package gradwire.launcher;

import gradwire.cluster.Role;
import gradwire.cluster.TaskId;
import gradwire.error.GradwireException;
import gradwire.run.Outcome;
import gradwire.run.RunFolder;
import gradwire.run.TaskReport;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Judges a child process that has ended, and words what went wrong. */
final class RoleFailure {
  private static final int SIGKILL = 9;

  private RoleFailure() {}

  /**
   * Whether {@code role} did all of its work, or left it to others: it says so, and ended with exit
   * code 0 or was killed on its way out.
   */
  static boolean isSuccess(RoleProcess role, RunFolder folder) {
    return (role.exitCode() == 0 || role.wasKilled())
        && report(role, folder).filter(RoleFailure::isGood).isPresent();
  }

  private static boolean isGood(TaskReport report) {
    return switch (report.outcome()) {
      case SUCCEEDED, LEFT -> true;
      case FAILED, STOPPED -> false;
    };
  }

  /** Whether {@code role} was killed in the middle of its work: its task can go on. */
  static boolean isCutOff(RoleProcess role, RunFolder folder) {
    return role.wasKilled() && report(role, folder).isEmpty();
  }

  /**
   * What to tell of a run in which {@code first} was the first found to have failed. A worker that
   * fails closes its connections first, and who then misses it may end earlier, and names it: so if
   * a worker that {@code first} names has failed too, that is the cause.
   */
  static String describeCause(RoleProcess first, List<RoleProcess> all, RunFolder folder) {
    String error = report(first, folder).map(TaskReport::error).orElse("");
    return all.stream()
        .filter(role -> role != first && !role.isAlive() && hasFailed(role, folder))
        .filter(role -> role.task().role() == Role.WORKER && names(error, role.task()))
        .findFirst()
        .map(cause -> describe(cause, folder))
        .orElseGet(() -> describe(first, folder));
  }

  private static boolean hasFailed(RoleProcess role, RunFolder folder) {
    return report(role, folder).filter(report -> report.outcome() == Outcome.FAILED).isPresent();
  }

  private static boolean names(String text, TaskId task) {
    return Pattern.compile("\\b" + Pattern.quote(task.name()) + "\\b").matcher(text).find();
  }

  /** Who ended how and why, and where to read more. */
  static String describe(RoleProcess role, RunFolder folder) {
    Optional<TaskReport> report = report(role, folder);
    return role.task()
        + ": "
        + ending(role, report)
        + reason(role, folder, report)
        + "; its log: "
        + folder.log(role.task());
  }

  /** The report of this very incarnation; a damaged one counts as none. */
  static Optional<TaskReport> report(RoleProcess role, RunFolder folder) {
    if (!Files.exists(folder.report(role.task()))) {
      return Optional.empty();
    }
    try {
      return Optional.of(TaskReport.read(folder.report(role.task())))
          .filter(report -> report.incarnation() == role.incarnation());
    } catch (GradwireException damaged) {
      return Optional.empty();
    }
  }

  private static String ending(RoleProcess role, Optional<TaskReport> report) {
    if (role.wasKilled()) {
      return "killed by signal "
          + role.signal()
          + (role.signal() == SIGKILL ? " (by hand, or by the system for want of memory)" : "");
    }
    if (role.exitCode() != 0) {
      return "ended with exit code " + role.exitCode();
    }
    return report.isEmpty() ? "ended without a report" : "ended before the run was done";
  }

  private static String reason(RoleProcess role, RunFolder folder, Optional<TaskReport> report) {
    return report
        .filter(account -> account.outcome() == Outcome.FAILED)
        .flatMap(account -> Optional.ofNullable(account.error()))
        .or(() -> LogTail.lastError(folder.log(role.task())))
        .map(error -> ": " + error)
        .orElse("");
  }
}
