package gradwire.worker.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.GradwireException;
import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ImageSetTest {
  private static final int ROWS = 29;
  private static final int COLUMNS = 31;
  private static final int NUM_PIXELS = ROWS * COLUMNS;
  private static final int NUM_IMAGES = 37;
  private static final int[] CHOSEN = {36, 0, 5, 5, 17};

  private final byte[] pixels = new byte[NUM_IMAGES * NUM_PIXELS];
  private final byte[] labels = new byte[NUM_IMAGES];

  ImageSetTest() {
    Random random = new Random(3);
    random.nextBytes(pixels);
    for (int i = 0; i < NUM_IMAGES; i++) {
      labels[i] = (byte) random.nextInt(10);
    }
  }

  @Test
  void pixelsBecomeFloatsByOneMultiplication() {
    float[] floats = copyImages(all(), CHOSEN);
    for (int k = 0; k < floats.length; k++) {
      int pixel = pixels[CHOSEN[k / NUM_PIXELS] * NUM_PIXELS + k % NUM_PIXELS] & 0xff;
      assertThat(floats[k]).as("float %d", k).isEqualTo(pixel * (1f / 255f));
    }
  }

  @Test
  void labelsBecomeOneHotWhateverWasThere() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment into = Floats.allocate(arena, CHOSEN.length * 10L);
      into.fill((byte) 0x55);
      all().copyLabels(CHOSEN, into);
      float[] floats = new float[CHOSEN.length * 10];
      Floats.read(into, 0, floats, floats.length);
      for (int k = 0; k < floats.length; k++) {
        assertThat(floats[k]).isEqualTo(k % 10 == labels[CHOSEN[k / 10]] ? 1f : 0f);
      }
    }
  }

  @Test
  void aSliceOfASliceIsCountedFromItsOwnStart() {
    ImageSet slice = all().slice(5, 30).slice(10, 20);
    assertThat(slice.numImages()).isEqualTo(10);
    assertThat(slice.label(3)).isEqualTo(labels[18]);
    assertThat(copyImages(slice, new int[] {3})).isEqualTo(copyImages(all(), new int[] {18}));
  }

  @Test
  void aSliceDoesNotLetItsNeighboursBeSeen() {
    ImageSet slice = all().slice(5, 30);
    for (int outside : new int[] {-1, 25, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> slice.label(outside)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> copyImages(slice, new int[] {outside}))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThatThrownBy(() -> slice.slice(0, 26)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void noImagesAreCopiedToNoMemory() {
    assertThat(copyImages(all(), new int[0])).isEmpty();
  }

  @Test
  void memoryThatIsTooSmallIsRefusedUntouched() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment small = Floats.allocate(arena, 2 * NUM_PIXELS - 1);
      assertThatThrownBy(() -> all().copyImages(new int[] {0, 1}, small))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(small.mismatch(Floats.allocate(arena, 2 * NUM_PIXELS - 1))).isEqualTo(-1);
    }
  }

  @Test
  void pixelsAndLabelsThatDontFitTogetherAreRefused() {
    assertThatThrownBy(() -> new ImageSet(1, 2, 3, new byte[12], new byte[3]))
        .isInstanceOf(GradwireException.class)
        .hasMessage(
            "image set: expected 3 x 1 x 2 x 3 pixels, got 12;"
                + " as many images as labels are needed");
  }

  private ImageSet all() {
    return new ImageSet(1, ROWS, COLUMNS, pixels, labels);
  }

  private static float[] copyImages(ImageSet set, int[] images) {
    try (Arena arena = Arena.ofConfined()) {
      float[] floats = new float[images.length * NUM_PIXELS];
      MemorySegment into = Floats.allocate(arena, floats.length);
      set.copyImages(images, into);
      Floats.read(into, 0, floats, floats.length);
      return floats;
    }
  }
}
