package gradwire.config;

import gradwire.error.Expect;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What to run, in the words of Azure ML's TensorFlow estimator. Immutable.
 *
 * @param entryClass name of the class that describes the model and its data
 * @param nodeCount machines asked for, from 1
 * @param workerCount from 1
 * @param parameterServerCount from 1
 * @param useGpu whether workers compute on GPUs, each on the one of its task index
 * @param scriptParams flags of the entry class, without leading dashes, in the order written
 * @param maxRunDurationSeconds 0: no bound
 */
public record Estimator(
    String entryClass,
    int nodeCount,
    int workerCount,
    int parameterServerCount,
    boolean useGpu,
    Map<String, String> scriptParams,
    long maxRunDurationSeconds) {
  private static final Pattern CLASS_NAME =
      Pattern.compile(
          "\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*"
              + "(\\.\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*)*");

  public Estimator {
    scriptParams = Collections.unmodifiableMap(new LinkedHashMap<>(scriptParams));
    Expect.that(
        isClassName(entryClass),
        "estimator.entry_class",
        "a Java class name",
        entryClass,
        "try " + EntryScripts.MNIST_REPLICA);
    requireCount("node_count", nodeCount);
    requireCount("worker_count", workerCount);
    requireCount("parameter_server_count", parameterServerCount);
    Expect.that(
        maxRunDurationSeconds >= 0,
        "estimator.max_run_duration_seconds",
        "at least 0 seconds",
        maxRunDurationSeconds,
        "0 sets no bound");
  }

  /** The estimator with all defaults of the Azure ML SDK; the only place they are written. */
  public static Estimator of(String entryClass) {
    return new Estimator(entryClass, 1, 1, 1, false, Map.of(), 0);
  }

  /** The same on other numbers of tasks. */
  Estimator on(int workers, int parameterServers) {
    return new Estimator(
        entryClass,
        nodeCount,
        workers,
        parameterServers,
        useGpu,
        scriptParams,
        maxRunDurationSeconds);
  }

  /** Whether this looks like a Java class name; a Python file name does not. */
  public static boolean isClassName(String name) {
    return CLASS_NAME.matcher(name).matches() && !EntryScripts.isPython(name);
  }

  private static void requireCount(String key, int count) {
    Expect.that(count >= 1, "estimator." + key, "at least 1", count, "try 1");
  }
}
