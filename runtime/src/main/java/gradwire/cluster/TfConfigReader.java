package gradwire.cluster;

import gradwire.config.yaml.MapReader;
import gradwire.config.yaml.Problems;
import gradwire.config.yaml.Tree;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Reads the tree of a {@code TF_CONFIG}. For one thread. */
final class TfConfigReader {
  private static final Set<String> CHIEFS = Set.of("chief", "master");
  private static final String TYPES = "ps, worker, chief or master";

  private final Tree.Mapping root;
  private final Problems problems;

  TfConfigReader(Tree.Mapping root, Problems problems) {
    this.root = root;
    this.problems = problems;
  }

  TfConfig read() {
    String clusterKey = root.get("cluster").isEmpty() ? "sparseCluster" : "cluster";
    MapReader cluster = section(root.get(clusterKey).isPresent() ? clusterKey : "cluster");
    AddressList addresses = new AddressList(problems);
    List<HostPort> ps = addresses.read(cluster.find("ps"));
    List<HostPort> chief = chief(cluster, addresses);
    List<HostPort> workers = addresses.read(cluster.find("worker"));
    MapReader task = section("task");
    Optional<String> type = task.find("type").isPresent() ? type(task) : missingType(task);
    int index = index(task);
    problems.throwIfAny();
    ClusterSpec spec = new ClusterSpec(ps, AddressList.concat(chief, workers));
    return new TfConfig(spec, task(task, type.orElseThrow(), index, chief.size(), spec));
  }

  private MapReader section(String name) {
    MapReader top = new MapReader(root, problems);
    if (top.find(name).isEmpty()) {
      top.missing(name, "a map", "see TensorFlow's TF_CONFIG");
    }
    return top.section(name);
  }

  private List<HostPort> chief(MapReader cluster, AddressList addresses) {
    if (cluster.find("chief").isPresent()) {
      cluster.wrong("master", "chief or master, not both", "remove one");
    }
    String name = cluster.find("chief").isPresent() ? "chief" : "master";
    List<HostPort> chief = addresses.read(cluster.find(name));
    if (chief.size() > 1) {
      cluster.wrong(name, "one address", "name the others worker");
    }
    return chief;
  }

  private Optional<String> missingType(MapReader task) {
    task.missing("type", TYPES, "name this task's role");
    return Optional.empty();
  }

  private Optional<String> type(MapReader task) {
    Optional<String> type = task.text("type", TYPES, "name this task's role");
    if (type.isPresent() && type.get().equals("evaluator")) {
      task.wrong("type", TYPES, "this version starts no evaluators; worker 0 evaluates");
    } else if (type.isPresent() && RoleNames.roleOf(type.get()).isEmpty()) {
      task.wrong("type", TYPES, "name this task's role");
    }
    return type;
  }

  /** The index, as a number or as text. */
  private int index(MapReader task) {
    String expected = "a whole number of at least 0";
    Optional<Tree> found = task.find("index");
    if (found.isEmpty()) {
      task.missing("index", expected, "count from 0 within the role");
    }
    OptionalLong index =
        found.orElse(null) instanceof Tree.Scalar scalar
            ? AddressList.index(scalar.text())
            : OptionalLong.empty();
    if (index.isEmpty()) {
      task.wrong("index", expected, "count from 0 within the role");
    }
    return (int) index.orElse(0);
  }

  private TaskId task(MapReader task, String type, int index, int numChiefs, ClusterSpec cluster) {
    Role role = RoleNames.roleOf(type).orElseThrow();
    boolean listedChief = CHIEFS.contains(type) && numChiefs > 0;
    boolean shifted = role == Role.WORKER && !listedChief;
    int numChoices = listedChief ? 1 : cluster.of(role).size() - (shifted ? numChiefs : 0);
    if (index >= numChoices) {
      String expected =
          numChoices == 0
              ? "a cluster that lists " + role.jobName()
              : "from 0 to " + (numChoices - 1) + " for " + type;
      task.wrong("index", expected, "give as many addresses as tasks");
    }
    problems.throwIfAny();
    return new TaskId(role, index + (shifted ? numChiefs : 0));
  }
}
