package gradwire.examples.cifar;

import gradwire.random.Draws;
import gradwire.worker.data.ImageSet;

/**
 * Images of CIFAR-10's shape that take some learning: stripes whose direction is the label, of any
 * width, place and colours, under noise. What an image is follows from the seed and its number.
 */
final class MadeUpImages {
  private static final int CHANNELS = 3;
  private static final int SIDE = 32;
  private static final int MOST = 255;

  /** Standard deviation, in brightness from 0 to {@value #MOST}. */
  private static final double NOISE = 40;

  private MadeUpImages() {}

  /** Images {@code first} to {@code first + count - 1} of an endless row. */
  static ImageSet draw(long seed, int first, int count) {
    byte[] pixels = new byte[Math.multiplyExact(count, CHANNELS * SIDE * SIDE)];
    byte[] labels = new byte[count];
    for (int i = 0; i < count; i++) {
      Draws draws = Draws.of(seed, Draws.Purpose.EXAMPLES, first + i);
      labels[i] = (byte) draws.nextInt(ImageSet.NUM_CLASSES);
      paint(draws, Math.PI * labels[i] / ImageSet.NUM_CLASSES, pixels, i * CHANNELS * SIDE * SIDE);
    }
    return new ImageSet(CHANNELS, SIDE, SIDE, pixels, labels);
  }

  private static void paint(Draws draws, double direction, byte[] pixels, int begin) {
    double perPixel = 0.4 + 0.6 * draws.nextDouble(); // radians: 6 to 16 pixels a stripe
    double phase = 2 * Math.PI * draws.nextDouble();
    double rightwards = StrictMath.cos(direction);
    double downwards = StrictMath.sin(direction);
    int at = begin;
    for (int channel = 0; channel < CHANNELS; channel++) {
      double dark = MOST * draws.nextDouble();
      double light = MOST * draws.nextDouble();
      for (int row = 0; row < SIDE; row++) {
        for (int column = 0; column < SIDE; column++) {
          double across = column * rightwards + row * downwards;
          double share = (1 + StrictMath.sin(perPixel * across + phase)) / 2;
          double brightness = dark + share * (light - dark) + NOISE * draws.nextGaussian();
          pixels[at++] = (byte) Math.round(Math.clamp(brightness, 0, MOST));
        }
      }
    }
  }
}
