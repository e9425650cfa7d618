package gradwire.worker.engine;

import java.util.List;

/**
 * The examples of one gradient. A source may hand out the same instance, refilled, for every step;
 * it is valid until the next one is asked for.
 *
 * @param features one tensor per network input, {@code [examples, ...]}
 * @param labels one tensor per network output, {@code [examples, ...]}
 */
public record Batch(List<FloatTensor> features, List<FloatTensor> labels) {
  public Batch {
    features = List.copyOf(features);
    labels = List.copyOf(labels);
  }

  /** One input, one output. */
  public static Batch of(FloatTensor features, FloatTensor labels) {
    return new Batch(List.of(features), List.of(labels));
  }

  public long numExamples() {
    return features.getFirst().numExamples();
  }
}
