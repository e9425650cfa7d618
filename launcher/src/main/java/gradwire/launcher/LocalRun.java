package gradwire.launcher;

import gradwire.cluster.Role;
import gradwire.cluster.TaskId;
import gradwire.run.RunFolder;
import gradwire.run.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One run on this machine, as the launcher needs to know it. Immutable.
 *
 * @param folder exists already, with the resolved job in it
 * @param maxRunDuration from launch; then the run is ended as failed
 * @param totalSteps global steps to do, if the job says; for the progress line only
 * @param target what the job stops at, if anything
 * @param launchedAt when the user's command began
 */
public record LocalRun(
    RunFolder folder,
    String experiment,
    int numServers,
    int numWorkers,
    Duration maxRunDuration,
    OptionalLong totalSteps,
    Optional<Target> target,
    RoleProgram server,
    RoleProgram worker,
    Instant launchedAt) {

  /** All tasks in the order in which they are started: servers first. */
  public List<TaskId> tasks() {
    return Stream.concat(
            IntStream.range(0, numServers).mapToObj(TaskId::ps),
            IntStream.range(0, numWorkers).mapToObj(TaskId::worker))
        .toList();
  }

  RoleProgram program(Role role) {
    return switch (role) {
      case PS -> server;
      case WORKER -> worker;
    };
  }
}
