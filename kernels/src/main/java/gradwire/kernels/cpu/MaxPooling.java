package gradwire.kernels.cpu;

import static gradwire.kernels.cpu.Lanes.load;
import static gradwire.kernels.cpu.Lanes.store;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The largest pixel under each window, by channel. The gradient goes to the first that is as large
 * as the result, row by row. What lies outside of the image doesn't count. One thread.
 */
public final class MaxPooling {
  private final PoolWindows windows;

  public MaxPooling(Window window) {
    this.windows = new PoolWindows(window);
  }

  /**
   * @param images {@code [numImages, height, width, channels]}
   * @param pooled {@code [numImages, out height, out width, channels]}, written
   */
  public void forward(MemorySegment images, int numImages, MemorySegment pooled) {
    int numWindows = numImages * windows.perImage();
    long pixelBytes = windows.pixelBytes();
    long whole = windows.wholeBytes();
    for (int w = 0; w < numWindows; w++) {
      long image = windows.image(w);
      int[] pixels = windows.pixels(w);
      long to = w * pixelBytes;
      for (long c = 0; c < whole; c += Lanes.BYTES) {
        FloatVector largest = load(images, image + pixels[0] + c);
        for (int k = 1; k < pixels.length; k++) {
          largest = larger(load(images, image + pixels[k] + c), largest);
        }
        store(largest, pooled, to + c);
      }
      if (whole < pixelBytes) {
        VectorMask<Float> rest = windows.rest();
        FloatVector largest = load(images, image + pixels[0] + whole, rest);
        for (int k = 1; k < pixels.length; k++) {
          largest = larger(load(images, image + pixels[k] + whole, rest), largest);
        }
        store(largest, pooled, to + whole, rest);
      }
    }
  }

  /** {@code later} only where it is above {@code largest}. */
  private static FloatVector larger(FloatVector later, FloatVector largest) {
    return largest.blend(later, later.compare(VectorOperators.GT, largest));
  }

  /**
   * @param images as {@link #forward} read them
   * @param pooled as it wrote them
   * @param gradient of {@code pooled}
   * @param imageGradient written, of {@code images}
   */
  public void backward(
      MemorySegment images,
      int numImages,
      MemorySegment pooled,
      MemorySegment gradient,
      MemorySegment imageGradient) {
    if (!windows.areDisjoint() || !windows.coverAll()) {
      imageGradient.asSlice(0, numImages * windows.imageBytes()).fill((byte) 0);
    }
    int numWindows = numImages * windows.perImage();
    for (int w = 0; w < numWindows; w++) {
      if (windows.areDisjoint()) {
        place(images, w, pooled, gradient, imageGradient);
      } else {
        add(images, w, pooled, gradient, imageGradient);
      }
    }
  }

  /** Writes a window's pixels, which no other has. */
  private void place(
      MemorySegment images,
      int index,
      MemorySegment pooled,
      MemorySegment gradient,
      MemorySegment imageGradient) {
    long image = windows.image(index);
    int[] pixels = windows.pixels(index);
    long from = index * windows.pixelBytes();
    long whole = windows.wholeBytes();
    for (long c = 0; c < whole; c += Lanes.BYTES) {
      FloatVector largest = load(pooled, from + c);
      FloatVector left = load(gradient, from + c);
      for (int pixel : pixels) {
        long at = image + pixel + c;
        VectorMask<Float> here = load(images, at).compare(VectorOperators.EQ, largest);
        store(FloatVector.zero(Lanes.SPECIES).blend(left, here), imageGradient, at);
        left = left.blend(0, here);
      }
    }
    if (whole < windows.pixelBytes()) {
      VectorMask<Float> rest = windows.rest();
      FloatVector largest = load(pooled, from + whole, rest);
      FloatVector left = load(gradient, from + whole, rest);
      for (int pixel : pixels) {
        long at = image + pixel + whole;
        VectorMask<Float> here = load(images, at, rest).compare(VectorOperators.EQ, largest);
        store(FloatVector.zero(Lanes.SPECIES).blend(left, here), imageGradient, at, rest);
        left = left.blend(0, here);
      }
    }
  }

  /** Adds to a window's pixels. */
  private void add(
      MemorySegment images,
      int index,
      MemorySegment pooled,
      MemorySegment gradient,
      MemorySegment imageGradient) {
    long image = windows.image(index);
    int[] pixels = windows.pixels(index);
    long from = index * windows.pixelBytes();
    long whole = windows.wholeBytes();
    for (long c = 0; c < whole; c += Lanes.BYTES) {
      FloatVector largest = load(pooled, from + c);
      FloatVector left = load(gradient, from + c);
      for (int pixel : pixels) {
        long at = image + pixel + c;
        VectorMask<Float> here = load(images, at).compare(VectorOperators.EQ, largest);
        store(load(imageGradient, at).add(left, here), imageGradient, at);
        left = left.blend(0, here);
      }
    }
    if (whole < windows.pixelBytes()) {
      VectorMask<Float> rest = windows.rest();
      FloatVector largest = load(pooled, from + whole, rest);
      FloatVector left = load(gradient, from + whole, rest);
      for (int pixel : pixels) {
        long at = image + pixel + whole;
        VectorMask<Float> here = load(images, at, rest).compare(VectorOperators.EQ, largest);
        store(load(imageGradient, at, rest).add(left, here), imageGradient, at, rest);
        left = left.blend(0, here);
      }
    }
  }
}
