package gradwire.worker.data;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.tensor.Floats;
import gradwire.worker.engine.Batch;
import gradwire.worker.engine.FloatTensor;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ImageBatchesTest {
  /** Five images of 2 x 3, image i all of value 51·i, labelled i. */
  private static ImageSet images() {
    byte[] pixels = new byte[30];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (51 * (i / 6));
    }
    return new ImageSet(1, 2, 3, pixels, new byte[] {0, 1, 2, 3, 4});
  }

  @Test
  void aBatchHoldsTheImagesAndLabelsThatThePlanChose() {
    try (Arena arena = Arena.ofConfined()) {
      BatchSource source = flat(new InOrder(5), arena);
      Batch batch = source.next(0, 1);
      assertThat(batch.numExamples()).isEqualTo(2);
      float[] features = floats(batch.features().getFirst());
      assertThat(features[0]).isEqualTo(102 * (1f / 255f));
      assertThat(features[11]).isEqualTo(153 * (1f / 255f));
      float[] labels = floats(batch.labels().getFirst());
      assertThat(labels[2]).isEqualTo(1);
      assertThat(labels[13]).isEqualTo(1);
    }
  }

  @Test
  void layoutsDifferInShapeAlone() {
    try (Arena arena = Arena.ofConfined()) {
      FloatTensor flat = first(ImageBatches.Layout.FLAT, arena);
      FloatTensor images = first(ImageBatches.Layout.IMAGES, arena);
      FloatTensor columns = first(ImageBatches.Layout.COLUMNS, arena);
      assertThat(flat.shape()).containsExactly(2, 6);
      assertThat(images.shape()).containsExactly(2, 1, 2, 3);
      assertThat(columns.shape()).containsExactly(2, 2, 3);
      assertThat(floats(images)).isEqualTo(floats(flat));
      assertThat(floats(columns)).isEqualTo(floats(flat));
    }
  }

  private static FloatTensor first(ImageBatches.Layout layout, Arena arena) {
    return new ImageBatches(images(), new InOrder(5), 2, layout, arena)
        .next(0, 0)
        .features()
        .getFirst();
  }

  @Test
  void everyCallRefillsTheSameTensors() {
    try (Arena arena = Arena.ofConfined()) {
      BatchSource source = flat(new ReplicaShuffle(1, 5), arena);
      Batch first = source.next(0, 0);
      List<float[]> contents = List.of(floats(first.features().getFirst()));
      assertThat(source.next(1, 3)).isSameAs(first);
      assertThat(source.next(0, 0).features()).isEqualTo(first.features());
      assertThat(floats(first.features().getFirst())).isEqualTo(contents.getFirst());
    }
  }

  private static BatchSource flat(BatchPlan plan, Arena arena) {
    return new ImageBatches(images(), plan, 2, ImageBatches.Layout.FLAT, arena);
  }

  private static float[] floats(FloatTensor tensor) {
    float[] floats = new float[(int) Floats.length(tensor.memory())];
    Floats.read(tensor.memory(), 0, floats, floats.length);
    return floats;
  }
}
