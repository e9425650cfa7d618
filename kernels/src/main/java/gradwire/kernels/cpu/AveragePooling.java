package gradwire.kernels.cpu;

import static gradwire.kernels.cpu.Lanes.load;
import static gradwire.kernels.cpu.Lanes.store;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The mean of the pixels under each window, by channel; or their sum. One thread. */
public final class AveragePooling {
  private final PoolWindows windows;
  private final float[] factors;

  /**
   * @param factor of the sum of a window's pixels, by how many of them lie in the image
   */
  public AveragePooling(Window window, java.util.function.IntToDoubleFunction factor) {
    windows = new PoolWindows(window);
    factors = new float[windows.perImage()];
    for (int w = 0; w < factors.length; w++) {
      factors[w] = (float) factor.applyAsDouble(windows.pixels(w).length);
    }
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
      float factor = factors[w % factors.length];
      long to = w * pixelBytes;
      for (long c = 0; c < whole; c += Lanes.BYTES) {
        FloatVector sum = FloatVector.zero(Lanes.SPECIES);
        for (int pixel : pixels) {
          sum = sum.add(load(images, image + pixel + c));
        }
        store(sum.mul(factor), pooled, to + c);
      }
      if (whole < pixelBytes) {
        VectorMask<Float> rest = windows.rest();
        FloatVector sum = FloatVector.zero(Lanes.SPECIES);
        for (int pixel : pixels) {
          sum = sum.add(load(images, image + pixel + whole, rest));
        }
        store(sum.mul(factor), pooled, to + whole, rest);
      }
    }
  }

  /**
   * @param gradient of what {@link #forward} wrote
   * @param imageGradient written, of what it read
   */
  public void backward(MemorySegment gradient, int numImages, MemorySegment imageGradient) {
    imageGradient.asSlice(0, numImages * windows.imageBytes()).fill((byte) 0);
    int numWindows = numImages * windows.perImage();
    long pixelBytes = windows.pixelBytes();
    long whole = windows.wholeBytes();
    for (int w = 0; w < numWindows; w++) {
      long image = windows.image(w);
      int[] pixels = windows.pixels(w);
      float factor = factors[w % factors.length];
      long from = w * pixelBytes;
      for (long c = 0; c < whole; c += Lanes.BYTES) {
        FloatVector share = load(gradient, from + c).mul(factor);
        for (int pixel : pixels) {
          long at = image + pixel + c;
          store(load(imageGradient, at).add(share), imageGradient, at);
        }
      }
      if (whole < pixelBytes) {
        VectorMask<Float> rest = windows.rest();
        FloatVector share = load(gradient, from + whole, rest).mul(factor);
        for (int pixel : pixels) {
          long at = image + pixel + whole;
          store(load(imageGradient, at, rest).add(share), imageGradient, at, rest);
        }
      }
    }
  }
}
