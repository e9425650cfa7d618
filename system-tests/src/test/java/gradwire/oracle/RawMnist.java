package gradwire.oracle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** The training file of MNIST, as its bytes lie: 60,000 images of 784 uint8, and their digits. */
final class RawMnist {
  static final int NUM_PIXELS = 784;
  static final int NUM_VALIDATION = 5_000;
  static final int NUM_TRAIN = 55_000;
  private static final int IMAGES_HEADER_BYTES = 16;
  private static final int LABELS_HEADER_BYTES = 8;

  private final byte[] images;
  private final byte[] labels;

  private RawMnist(byte[] images, byte[] labels) {
    this.images = images;
    this.labels = labels;
  }

  /** The files that travel with the repository. */
  static RawMnist read() throws IOException {
    Path folder = Path.of(System.getProperty("gradwire.repository"), "examples", "mnist", "data");
    return new RawMnist(
        gunzip(folder.resolve("train-images-idx3-ubyte.gz")),
        gunzip(folder.resolve("train-labels-idx1-ubyte.gz")));
  }

  /** Pixel {@code pixel} of image {@code image}, in 0 to 1. */
  double pixel(int image, int pixel) {
    return (images[IMAGES_HEADER_BYTES + image * NUM_PIXELS + pixel] & 0xff) * (1.0 / 255);
  }

  int label(int image) {
    return labels[LABELS_HEADER_BYTES + image];
  }

  private static byte[] gunzip(Path file) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file), 1 << 16)) {
      return in.readAllBytes();
    }
  }
}
