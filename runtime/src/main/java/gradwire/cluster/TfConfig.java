package gradwire.cluster;

import gradwire.config.yaml.Problems;
import gradwire.config.yaml.Tree;
import gradwire.config.yaml.YamlText;
import java.util.Optional;

/**
 * The cluster and this process's task, as TensorFlow's environment variable {@code TF_CONFIG} tells
 * them. Immutable.
 *
 * <p>{@code chief} and its old name {@code master} are worker 0. Where the cluster lists one of
 * them, the workers follow from 1 on. An evaluator is no part of the cluster; unknown keys are
 * ignored. Where the cluster is sparse (index to address), tasks left out have the address {@link
 * HostPort#UNKNOWN}, and there may be more of them than it shows.
 */
public record TfConfig(ClusterSpec cluster, TaskId task) {
  /** The variable's name, and what messages call it. */
  public static final String VARIABLE = "TF_CONFIG";

  /**
   * Reads the variable's value.
   *
   * @throws gradwire.error.UsageException listing all that is wrong, each with its place
   */
  public static TfConfig parse(String json) {
    Problems problems = new Problems();
    Optional<Tree.Mapping> root =
        YamlText.parseMap(VARIABLE, "a cluster and a task", json, problems);
    if (root.isEmpty()) {
      problems.throwIfAny();
    }
    return new TfConfigReader(root.orElseThrow(), problems).read();
  }
}
