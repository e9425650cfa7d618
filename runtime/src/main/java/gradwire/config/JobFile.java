package gradwire.config;

import gradwire.error.Expect;
import java.util.regex.Pattern;

/**
 * A job, key for key as its file describes it. Immutable.
 *
 * @param experiment names the series of runs, and their folder
 * @param estimator what to run and how many of each task
 * @param training how the tasks train together
 * @param computeTarget where the tasks run
 */
public record JobFile(
    String experiment, Estimator estimator, Training training, ComputeTarget computeTarget) {
  /** The only place this default is written. */
  static final ComputeTarget DEFAULT_COMPUTE_TARGET = ComputeTarget.LOCAL;

  static final String EXPERIMENT_FORM =
      "a name of 1 to 64 letters, digits, '.', '_' or '-', a letter or digit first";
  private static final Pattern EXPERIMENT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  public JobFile {
    Expect.that(isExperiment(experiment), "experiment", EXPERIMENT_FORM, experiment, "try mnist");
    if (training.consistency() instanceof Consistency.Sync sync) {
      training.requireFits(sync, estimator.workerCount());
      int replicas = sync.replicasToAggregate().orElse(1);
      Expect.that(
          replicas <= estimator.workerCount(),
          "training.consistency.sync.replicas_to_aggregate",
          "at most worker_count (" + estimator.workerCount() + ")",
          replicas,
          "lower it or raise worker_count");
    }
  }

  static boolean isExperiment(String name) {
    return EXPERIMENT.matcher(name).matches();
  }
}
