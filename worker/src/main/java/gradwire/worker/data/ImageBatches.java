package gradwire.worker.data;

import gradwire.worker.engine.Batch;
import gradwire.worker.engine.FloatTensor;
import java.lang.foreign.Arena;

/**
 * Batches of images, gathered by a plan into one pair of off-heap tensors that every call refills.
 * Allocates nothing after its constructor, but for the plan. One thread.
 */
public final class ImageBatches implements BatchSource {
  /** Shape of the features. */
  public enum Layout {
    /** {@code [batch, channels * rows * columns]}, for dense layers. */
    FLAT,
    /** {@code [batch, channels, rows, columns]}, for convolutions. */
    IMAGES,
    /** {@code [batch, channels * rows, columns]}: each column is a time step. */
    COLUMNS
  }

  private final ImageSet images;
  private final BatchPlan plan;
  private final int[] chosen;
  private final FloatTensor features;
  private final FloatTensor labels;
  private final Batch batch;

  /**
   * @param plan over the numbers of {@code images}, from 0
   * @param batchSize examples per batch
   * @param arena owns the tensors: float32 features as {@code layout} says, float32 one-hot labels
   *     {@code [batch, 10]}
   */
  public ImageBatches(ImageSet images, BatchPlan plan, int batchSize, Layout layout, Arena arena) {
    this.images = images;
    this.plan = plan;
    this.chosen = new int[batchSize];
    this.features = FloatTensor.zeros(arena, shape(layout, batchSize, images));
    this.labels = FloatTensor.zeros(arena, batchSize, ImageSet.NUM_CLASSES);
    this.batch = Batch.of(features, labels);
  }

  @Override
  public Batch next(int replica, long step) {
    plan.indices(replica, step, chosen);
    images.copyImages(chosen, features.memory());
    images.copyLabels(chosen, labels.memory());
    return batch;
  }

  private static long[] shape(Layout layout, int batchSize, ImageSet images) {
    return switch (layout) {
      case FLAT -> new long[] {batchSize, images.numPixels()};
      case IMAGES -> new long[] {batchSize, images.channels(), images.rows(), images.columns()};
      case COLUMNS ->
          new long[] {batchSize, (long) images.channels() * images.rows(), images.columns()};
    };
  }
}
