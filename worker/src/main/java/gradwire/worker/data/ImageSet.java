package gradwire.worker.data;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.error.GradwireException;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Labelled images of one or several channels, kept as the uint8 they are (a quarter of float32), or
 * a range of them. Immutable, as long as nobody writes to the arrays it was made of.
 */
public final class ImageSet {
  /** Labels are 0 to 9. */
  public static final int NUM_CLASSES = 10;

  private static final int CACHE_LINE_BYTES = 64;

  /** Times a pixel gives 0 to 1; the reference job multiplies too. */
  private static final float SCALE = 1f / 255f;

  private final int channels;
  private final int rows;
  private final int columns;
  private final byte[] pixels;
  private final byte[] labels;
  private final int first;
  private final int numImages;

  /**
   * All of the images; the arrays are kept, not copied.
   *
   * @param channels 1 of grey images
   * @param pixels {@code [images, channels, rows, columns] uint8}
   * @param labels {@code [images] uint8}, each 0 to 9
   * @throws GradwireException if the lengths don't fit together
   */
  public ImageSet(int channels, int rows, int columns, byte[] pixels, byte[] labels) {
    this(channels, rows, columns, pixels, labels, 0, labels.length);
    if ((long) channels * rows * columns * labels.length != pixels.length) {
      throw new GradwireException(
          "image set: expected %d x %d x %d x %d pixels, got %d; as many images as labels are needed"
              .formatted(labels.length, channels, rows, columns, pixels.length));
    }
  }

  private ImageSet(
      int channels, int rows, int columns, byte[] pixels, byte[] labels, int first, int numImages) {
    this.channels = channels;
    this.rows = rows;
    this.columns = columns;
    this.pixels = pixels;
    this.labels = labels;
    this.first = first;
    this.numImages = numImages;
  }

  /** The images {@code [from, to)}, counted from 0; shares the memory. */
  public ImageSet slice(int from, int to) {
    Objects.checkFromToIndex(from, to, numImages);
    return new ImageSet(channels, rows, columns, pixels, labels, first + from, to - from);
  }

  public int numImages() {
    return numImages;
  }

  public int channels() {
    return channels;
  }

  public int rows() {
    return rows;
  }

  public int columns() {
    return columns;
  }

  /** Pixels of one image, those of each channel counted. */
  public int numPixels() {
    return channels * rows * columns;
  }

  /** What one image shows: a digit, for example; 0 to 9. */
  public int label(int image) {
    return labels[first + Objects.checkIndex(image, numImages)];
  }

  /**
   * Writes the chosen images as float32 in 0 to 1, channel by channel, row by row. Allocates
   * nothing.
   *
   * @param images any images of this set, in any order
   * @param into {@code [images.length, channels * rows * columns] float32}, overwritten
   */
  public void copyImages(int[] images, MemorySegment into) {
    int numPixels = numPixels();
    Objects.checkFromIndexSize(0, (long) images.length * numPixels * Float.BYTES, into.byteSize());
    if (images.length > 0) {
      into.set(JAVA_FLOAT, 0, fetch(images)); // Overwritten below.
    }
    for (int row = 0; row < images.length; row++) {
      copyImage(firstPixel(images[row]), numPixels, into, (long) row * numPixels);
    }
  }

  /**
   * Writes the chosen labels one-hot. Allocates nothing.
   *
   * @param images any images of this set, in any order
   * @param into {@code [images.length, 10] float32}, overwritten
   */
  public void copyLabels(int[] images, MemorySegment into) {
    for (int row = 0; row < images.length; row++) {
      int label = label(images[row]);
      for (int k = 0; k < NUM_CLASSES; k++) {
        into.setAtIndex(JAVA_FLOAT, (long) row * NUM_CLASSES + k, k == label ? 1f : 0f);
      }
    }
  }

  /**
   * Loads one byte of each cache line that the images lie in: the images are scattered over more
   * memory than any cache holds, and these loads miss all at once instead of one after another (100
   * images: 40 us instead of 70).
   *
   * @return something of all these bytes, or the loads would be left out
   */
  private float fetch(int[] images) {
    int numPixels = numPixels();
    int sum = 0;
    for (int image : images) {
      int begin = firstPixel(image);
      for (int i = 0; i < numPixels; i += CACHE_LINE_BYTES) {
        sum += pixels[begin + i];
      }
    }
    return sum;
  }

  private int firstPixel(int image) {
    return (first + Objects.checkIndex(image, numImages)) * numPixels();
  }

  private void copyImage(int firstPixel, int numPixels, MemorySegment into, long firstFloat) {
    byte[] from = pixels;
    for (int i = 0; i < numPixels; i++) {
      into.setAtIndex(JAVA_FLOAT, firstFloat + i, (from[firstPixel + i] & 0xff) * SCALE);
    }
  }
}
