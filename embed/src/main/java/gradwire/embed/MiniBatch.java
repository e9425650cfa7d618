package gradwire.embed;

import gradwire.error.Expect;
import gradwire.error.UsageException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * What an iterator hands out at a time.
 *
 * @param features one array per network input, {@code [examples, ...]}
 * @param labels one array per network output, {@code [examples, ...]}
 */
record MiniBatch(List<INDArray> features, List<INDArray> labels) {
  MiniBatch {
    features = List.copyOf(features);
    labels = List.copyOf(labels);
  }

  /**
   * @param where what the iterator is, for messages
   * @throws UsageException if there are masks, or no labels
   */
  static MiniBatch of(String where, DataSet batch) {
    return of(
        where,
        new @Nullable INDArray[] {batch.getFeatures()},
        new @Nullable INDArray[] {batch.getLabels()},
        new @Nullable INDArray[] {batch.getFeaturesMaskArray(), batch.getLabelsMaskArray()});
  }

  /** As {@link #of(String, DataSet)}. */
  static MiniBatch of(String where, MultiDataSet batch) {
    return of(
        where,
        batch.getFeatures(),
        batch.getLabels(),
        Stream.of(batch.getFeaturesMaskArrays(), batch.getLabelsMaskArrays())
            .filter(Objects::nonNull)
            .flatMap(Arrays::stream)
            .toArray(INDArray[]::new));
  }

  private static MiniBatch of(
      String where,
      @Nullable INDArray @Nullable [] features,
      @Nullable INDArray @Nullable [] labels,
      @Nullable INDArray[] masks) {
    Expect.that(
        Arrays.stream(masks).allMatch(Objects::isNull),
        where,
        "examples without masks",
        "a mask array",
        "pad to one length and let the network see the padding, or train such data with DL4J");
    return new MiniBatch(present(where, "features", features), present(where, "labels", labels));
  }

  private static List<INDArray> present(
      String where, String what, @Nullable INDArray @Nullable [] arrays) {
    if (arrays == null || arrays.length == 0 || Arrays.stream(arrays).anyMatch(Objects::isNull)) {
      throw new UsageException(
          Expect.message(where, what + " in every minibatch", "none", "check the iterator"));
    }
    return Arrays.stream(arrays).<INDArray>map(Objects::requireNonNull).toList();
  }
}
