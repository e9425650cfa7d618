package gradwire.bench.micro;

import gradwire.bench.report.Work;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One row of a benchmark of one process.
 *
 * @param name the row's
 * @param transport where the bytes are: {@code memory}, or a {@code device}'s
 * @param direction what is done: {@code write}, {@code apply}, ...
 * @param numThreads how many threads do it
 * @param subject what is measured
 * @param limit what it is held against
 * @param memoryBytes what it takes, roughly
 * @param isRepresentative whether it is measured by default
 * @param work what an operation has to do, where that is known
 */
public record MicroCase(
    String name,
    String transport,
    String direction,
    int numThreads,
    Method subject,
    Limit limit,
    long memoryBytes,
    boolean isRepresentative,
    @Nullable Work work) {
  /** Where bytes are unless they are a device's. */
  public static final String MEMORY = "memory";

  /**
   * A JMH method with all of its parameters.
   *
   * @param name package, class and method
   * @param bytes payload of one operation; 0 where the benchmark counts {@code gigabytes} itself
   */
  public record Method(String name, Map<String, String> parameters, long bytes) {
    public Method {
      parameters = Map.copyOf(parameters);
    }

    /** Of a benchmark that counts {@code gigabytes} itself. */
    public Method(String name, Map<String, String> parameters) {
      this(name, parameters, 0);
    }
  }

  /**
   * What the machine can do.
   *
   * @param label what the table calls it
   */
  public record Limit(Method method, String label) {
    /** One product of matrices on one thread. */
    public static Limit sgemm() {
      return new Limit(new Method("gradwire.bench.SgemmLimit.multiply", Map.of()), "sgemm");
    }

    /**
     * STREAM's triad.
     *
     * @param numFloats of a shard on which Adam and two replicas touch as many bytes
     */
    public static Limit triad(long numFloats, int numThreads) {
      Map<String, String> parameters =
          Map.of("numFloats", String.valueOf(numFloats), "numThreads", String.valueOf(numThreads));
      return new Limit(new Method("gradwire.bench.MemoryLimit.triad", parameters), "stream triad");
    }
  }
}
