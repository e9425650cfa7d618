package gradwire.plan;

import gradwire.kernels.cpu.Window;

/**
 * An example's shape, {@code [height, width, channels]} row-major; features that aren't images are
 * one pixel, sequences are one row. Immutable.
 */
public record Shape(int height, int width, int channels) {
  public static Shape flat(int numFeatures) {
    return new Shape(1, 1, numFeatures);
  }

  /** An image of one row. */
  public static Shape sequence(int numSteps, int numFeatures) {
    return new Shape(1, numSteps, numFeatures);
  }

  /** Whether its pixels may be time steps. */
  boolean isSequence() {
    return height == 1;
  }

  public int numFloats() {
    return Math.multiplyExact(pixels(), channels);
  }

  /** Of an image; time steps of a sequence. */
  public int pixels() {
    return Math.multiplyExact(height, width);
  }

  Window.Size size() {
    return new Window.Size(height, width);
  }

  @Override
  public String toString() {
    return pixels() == 1
        ? "[batch, " + channels + "]"
        : "[batch, " + height + ", " + width + ", " + channels + "]";
  }
}
