package gradwire.systemtests;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** The first images of MNIST, in four raw IDX files. */
final class SmallMnist {
  private static final int NUM_PIXELS = 784;
  private static final int IMAGES_HEADER_BYTES = 16;
  private static final int LABELS_HEADER_BYTES = 8;

  private SmallMnist() {}

  /** Writes {@code numTrain} training and {@code numTest} test images below {@code folder}. */
  static Path write(Path folder, int numTrain, int numTest) throws IOException {
    Files.createDirectories(folder);
    images(folder, "train-images-idx3-ubyte", numTrain);
    labels(folder, "train-labels-idx1-ubyte", numTrain);
    images(folder, "t10k-images-idx3-ubyte", numTest);
    labels(folder, "t10k-labels-idx1-ubyte", numTest);
    return folder;
  }

  private static void images(Path folder, String name, int count) throws IOException {
    write(folder, name, count, IMAGES_HEADER_BYTES + count * NUM_PIXELS);
  }

  private static void labels(Path folder, String name, int count) throws IOException {
    write(folder, name, count, LABELS_HEADER_BYTES + count);
  }

  private static void write(Path folder, String name, int count, int numBytes) throws IOException {
    Path whole = Repository.DATA.resolve(name + ".gz");
    try (InputStream in = new GZIPInputStream(Files.newInputStream(whole), 1 << 16)) {
      byte[] bytes = in.readNBytes(numBytes);
      ByteBuffer.wrap(bytes).putInt(Integer.BYTES, count);
      Files.write(folder.resolve(name), bytes);
    }
  }
}
