package gradwire.cluster;

import gradwire.config.EntryScripts;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one role's process is told, by flags and environment. Immutable.
 *
 * @param task which task this process is
 * @param cluster all addresses; lists may be empty where a run folder tells them
 * @param runFolder the run that this task belongs to, if one is given
 * @param supervised started by a launcher that watches over it
 * @param entryClass what to run; the reference job unless given
 * @param incarnation how often this task was started before, from 0
 * @param scriptParams the entry class's own flags, in order, without dashes
 */
public record RoleArguments(
    TaskId task,
    ClusterSpec cluster,
    Optional<Path> runFolder,
    boolean supervised,
    String entryClass,
    int incarnation,
    Map<String, String> scriptParams) {
  public RoleArguments {
    scriptParams = Collections.unmodifiableMap(new LinkedHashMap<>(scriptParams));
  }

  /**
   * Reads flags first, then {@code TF_CONFIG}, then Batch AI's variables.
   *
   * @param environment variables by name
   * @throws gradwire.error.UsageException if a piece is missing or wrong, or flags and TF_CONFIG
   *     tell different things
   */
  public static RoleArguments parse(List<String> arguments, Map<String, String> environment) {
    return new RoleArgumentsReader(RoleFlags.parse(arguments), environment).read();
  }

  /** Whether {@code --help} is among the arguments; then nothing else counts. */
  public static boolean asksForHelp(List<String> arguments) {
    return arguments.contains("--help");
  }

  /** All flags, one a line. */
  public static String help() {
    return """
        --job_name=ps|worker     this task's role (master and chief are worker)
        --task_index=N           its number within the role, from 0
        --ps_hosts=H:P,...       all parameter servers (default %s)
        --worker_hosts=H:P,...   all workers (default %s)
        --run_folder=DIR         the run it belongs to, which then tells the hosts
        --supervised             ends when its standard input closes; TF_CONFIG is not compared
        --entry_class=NAME       what to run (default %s)
        --incarnation=N          how often this task was started before (default 0)
        --help                   prints this
        Any other flag goes to the entry class. Without --job_name, TF_CONFIG tells role, index and
        hosts; AZ_BATCHAI_TASK_INDEX, AZ_BATCHAI_PS_HOSTS and AZ_BATCHAI_WORKER_HOSTS tell what is
        still missing.
        """
        .formatted(
            RoleArgumentsReader.DEFAULT_PS_HOSTS,
            RoleArgumentsReader.DEFAULT_WORKER_HOSTS,
            EntryScripts.MNIST_REPLICA);
  }
}
