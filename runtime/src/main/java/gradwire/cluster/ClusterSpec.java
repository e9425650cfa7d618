package gradwire.cluster;

import gradwire.error.Expect;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * All tasks' addresses, by role and index. Immutable.
 *
 * @param ps of the parameter servers; may be empty where a run folder tells them
 * @param workers of the workers, the chief first; may be empty as well
 */
public record ClusterSpec(List<HostPort> ps, List<HostPort> workers) {
  /** A cluster whose addresses are told elsewhere. */
  public static final ClusterSpec EMPTY = new ClusterSpec(List.of(), List.of());

  public ClusterSpec {
    ps = List.copyOf(ps);
    workers = List.copyOf(workers);
    requireDistinct(Stream.concat(ps.stream(), workers.stream()).toList());
  }

  /** All addresses of a role, by index. */
  public List<HostPort> of(Role role) {
    return switch (role) {
      case PS -> ps;
      case WORKER -> workers;
    };
  }

  /**
   * The address of a task.
   *
   * @throws gradwire.error.UsageException if the cluster has no such task, or only its number
   */
  public HostPort addressOf(TaskId task) {
    List<HostPort> addresses = of(task.role());
    requireIndex("task_index", task, addresses.size());
    HostPort address = addresses.get(task.index());
    Expect.that(
        address.isKnown(), task.name(), "a known address", "none", "list it in the cluster");
    return address;
  }

  static void requireIndex(String where, TaskId task, int size) {
    String role = task.role().jobName();
    Expect.that(
        task.index() >= 0 && task.index() < size,
        where,
        size == 0 ? "a cluster with a " + role : "from 0 to " + (size - 1) + " for " + role,
        task.index(),
        "give as many hosts as tasks");
  }

  private static void requireDistinct(List<HostPort> addresses) {
    Set<HostPort> seen = new HashSet<>();
    for (HostPort address : addresses) {
      Expect.that(
          address.port() == 0 || seen.add(address),
          "cluster",
          "each address once",
          address + " twice",
          "give every task its own port");
    }
  }
}
