package gradwire.config;

import gradwire.error.Expect;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;
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

  /** How many gradients a step's worth of work is dealt out to. */
  public int numReplicas() {
    return training.numReplicas(estimator.workerCount());
  }

  /**
   * The same job on other numbers of tasks: with as many replicas as before, so that in sync mode
   * the numbers stay what they are.
   */
  public JobFile on(int workers, int parameterServers) {
    return new JobFile(
        experiment,
        estimator.on(workers, parameterServers),
        workers == estimator.workerCount() ? training : training.withReplicas(numReplicas()),
        computeTarget);
  }

  /** Equal for jobs that train the same thing, on however many tasks; SHA-256 in hexadecimal. */
  public String fingerprint() {
    String text =
        String.join(
            "\n",
            estimator.entryClass(),
            new TreeMap<>(estimator.scriptParams()).toString(),
            Long.toString(training.seed()),
            Integer.toString(numReplicas()),
            training.consistency().text(),
            training.wire().toString(),
            training.optimizer().toString());
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static boolean isExperiment(String name) {
    return EXPERIMENT.matcher(name).matches();
  }
}
