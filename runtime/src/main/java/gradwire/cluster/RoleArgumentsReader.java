package gradwire.cluster;

import gradwire.config.EntryScripts;
import gradwire.error.Expect;
import gradwire.error.UsageException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Puts flags, {@code TF_CONFIG} and Batch AI's variables together. For one thread. */
final class RoleArgumentsReader {
  /** The reference script's own defaults. */
  static final String DEFAULT_PS_HOSTS = "localhost:2222";

  static final String DEFAULT_WORKER_HOSTS = "localhost:2223,localhost:2224";
  private static final String AZ_INDEX = "AZ_BATCHAI_TASK_INDEX";
  private static final String AZ_PS_HOSTS = "AZ_BATCHAI_PS_HOSTS";
  private static final String AZ_WORKER_HOSTS = "AZ_BATCHAI_WORKER_HOSTS";

  private final RoleFlags flags;
  private final Map<String, String> environment;
  private final Optional<TfConfig> tfConfig;

  RoleArgumentsReader(RoleFlags flags, Map<String, String> environment) {
    this.flags = flags;
    this.environment = environment;
    boolean launched = flags.isSet("supervised") && flags.text("job_name").isPresent();
    this.tfConfig = launched ? Optional.empty() : variable(TfConfig.VARIABLE).map(TfConfig::parse);
  }

  RoleArguments read() {
    Role role = role();
    TaskId task = new TaskId(role, index(role));
    Optional<Path> runFolder = flags.text("run_folder").map(Path::of);
    ClusterSpec cluster = cluster(runFolder.isPresent());
    if (runFolder.isEmpty() || !cluster.of(role).isEmpty()) {
      ClusterSpec.requireIndex("--task_index", task, cluster.of(role).size());
    }
    return new RoleArguments(
        task,
        cluster,
        runFolder,
        flags.isSet("supervised"),
        flags.entryClass().orElse(EntryScripts.MNIST_REPLICA),
        flags.number("incarnation").orElse(0),
        flags.script());
  }

  private Role role() {
    Optional<String> name = flags.text("job_name");
    Optional<Role> told = tfConfig.map(config -> config.task().role());
    if (name.isEmpty()) {
      return told.orElseThrow(this::noRole);
    }
    Optional<Role> role = RoleNames.roleOf(name.get());
    Expect.that(
        role.isPresent(),
        "--job_name",
        "ps, worker, chief or master",
        RoleFlags.quoted(name.get()),
        "name this task's role");
    requireSame("--job_name", told.map(Role::jobName), role.orElseThrow().jobName());
    return role.get();
  }

  private UsageException noRole() {
    boolean tried =
        flags.own().keySet().stream().anyMatch(RoleArgumentsReader::tellsRole)
            || List.of(AZ_INDEX, AZ_PS_HOSTS, AZ_WORKER_HOSTS).stream()
                .anyMatch(name -> variable(name).isPresent());
    return new UsageException(
        tried
            ? "Must specify an explicit `job_name`; add --job_name=ps or --job_name=worker"
            : "TF_CONFIG not found. Set it, or give --job_name, --task_index, --ps_hosts and"
                + " --worker_hosts; --help explains them");
  }

  private static boolean tellsRole(String flag) {
    return List.of("job_name", "task_index", "ps_hosts", "worker_hosts").contains(flag);
  }

  private int index(Role role) {
    OptionalInt given = flags.number("task_index");
    Optional<TaskId> told = tfConfig.map(TfConfig::task);
    if (given.isPresent()) {
      TaskId task = new TaskId(role, given.getAsInt());
      requireSame("--task_index", told.map(TaskId::name), task.name());
      return given.getAsInt();
    }
    return told.map(TaskId::index)
        .or(() -> variable(AZ_INDEX).map(index -> RoleFlags.number(AZ_INDEX, index)))
        .orElseThrow(
            () ->
                new UsageException(
                    "Must specify an explicit `task_index`; add --task_index=0 for the first "
                        + role.jobName()));
  }

  private ClusterSpec cluster(boolean runFolderTells) {
    Optional<List<HostPort>> ps = hosts("ps_hosts", Role.PS);
    Optional<List<HostPort>> workers = hosts("worker_hosts", Role.WORKER);
    if (!runFolderTells) {
      ps = ps.or(() -> variable(AZ_PS_HOSTS).map(text -> hostList(AZ_PS_HOSTS, text)));
      workers = workers.or(() -> variable(AZ_WORKER_HOSTS).map(t -> hostList(AZ_WORKER_HOSTS, t)));
    }
    requireBoth(ps.isPresent(), workers.isPresent());
    return ps.isPresent()
        ? new ClusterSpec(ps.get(), workers.orElseThrow())
        : runFolderTells ? ClusterSpec.EMPTY : referenceDefault();
  }

  private static ClusterSpec referenceDefault() {
    return new ClusterSpec(
        hostList("--ps_hosts", DEFAULT_PS_HOSTS), hostList("--worker_hosts", DEFAULT_WORKER_HOSTS));
  }

  private Optional<List<HostPort>> hosts(String flag, Role role) {
    Optional<List<HostPort>> told = tfConfig.map(config -> config.cluster().of(role));
    Optional<List<HostPort>> given = flags.text(flag).map(text -> hostList("--" + flag, text));
    if (given.isPresent() && told.isPresent() && !agree(given.get(), told.get())) {
      requireSame("--" + flag, told.map(Object::toString), given.get().toString());
    }
    return given.or(() -> told);
  }

  /** A sparse TF_CONFIG says nothing of the tasks that it leaves out. */
  private static boolean agree(List<HostPort> given, List<HostPort> told) {
    if (given.size() != told.size()) {
      return false;
    }
    for (int i = 0; i < told.size(); i++) {
      if (told.get(i).isKnown() && !told.get(i).equals(given.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static void requireBoth(boolean ps, boolean workers) {
    String missing = ps ? "--worker_hosts" : "--ps_hosts";
    Expect.that(ps == workers, missing, "HOST:PORT,...", "none", "give both lists of hosts");
  }

  private static List<HostPort> hostList(String where, String text) {
    return Arrays.stream(text.split(",", -1))
        .map(address -> HostPort.parse(where, address.strip()))
        .toList();
  }

  private static void requireSame(String where, Optional<String> told, String given) {
    Expect.that(
        told.isEmpty() || told.get().equals(given),
        where,
        "the same as TF_CONFIG (" + told.orElse("") + ")",
        given,
        "remove the flag or unset TF_CONFIG");
  }

  private Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }
}
