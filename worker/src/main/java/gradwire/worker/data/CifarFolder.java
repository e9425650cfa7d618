package gradwire.worker.data;

import gradwire.error.Expect;
import gradwire.error.GradwireException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A folder with CIFAR-10's binary version: {@code data_batch_1.bin} to {@code data_batch_5.bin} and
 * {@code test_batch.bin}; a record is the label, then 1,024 bytes of red, as many of green and of
 * blue, row by row. Immutable; nothing is read before {@link #train} or {@link #test} is asked for.
 */
public record CifarFolder(Path folder) {
  private static final int CHANNELS = 3;
  private static final int SIDE = 32;
  private static final int IMAGE_BYTES = CHANNELS * SIDE * SIDE;
  private static final int RECORD_BYTES = 1 + IMAGE_BYTES;
  private static final List<String> TRAIN =
      IntStream.rangeClosed(1, 5).mapToObj(i -> "data_batch_" + i + ".bin").toList();
  private static final String TEST = "test_batch.bin";

  /**
   * Finds the files.
   *
   * @throws gradwire.error.UsageException if the folder or any of the files is missing
   */
  public static CifarFolder open(Path folder) {
    List<String> missing =
        IntStream.rangeClosed(0, TRAIN.size())
            .mapToObj(i -> i < TRAIN.size() ? TRAIN.get(i) : TEST)
            .filter(name -> !Files.isRegularFile(folder.resolve(name)))
            .toList();
    Expect.that(
        missing.isEmpty(),
        "data_dir " + folder,
        "the binary files of CIFAR-10",
        "no " + String.join(", no ", missing),
        "point data_dir at the folder cifar-10-batches-bin");
    return new CifarFolder(folder);
  }

  /**
   * Reads the images to train on. Blocks on the disk.
   *
   * @throws gradwire.error.UsageException naming the file that is damaged
   */
  public ImageSet train() {
    return read(TRAIN);
  }

  /** As {@link #train}, the images to test with. */
  public ImageSet test() {
    return read(List.of(TEST));
  }

  private ImageSet read(List<String> names) {
    List<byte[]> files = names.stream().map(name -> records(folder.resolve(name))).toList();
    int numImages = files.stream().mapToInt(file -> file.length / RECORD_BYTES).sum();
    byte[] pixels = new byte[Math.multiplyExact(numImages, IMAGE_BYTES)];
    byte[] labels = new byte[numImages];
    int image = 0;
    for (byte[] file : files) {
      for (int at = 0; at < file.length; at += RECORD_BYTES) {
        labels[image] = file[at];
        System.arraycopy(file, at + 1, pixels, image * IMAGE_BYTES, IMAGE_BYTES);
        image++;
      }
    }
    return new ImageSet(CHANNELS, SIDE, SIDE, pixels, labels);
  }

  private static byte[] records(Path file) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new GradwireException(file + " can't be read: " + e.getMessage(), e);
    }
    Expect.that(
        bytes.length > 0 && bytes.length % RECORD_BYTES == 0,
        file.toString(),
        "records of " + RECORD_BYTES + " bytes",
        bytes.length + " bytes",
        "it is cut off, or not CIFAR-10's binary version: fetch it again");
    for (int at = 0; at < bytes.length; at += RECORD_BYTES) {
      int label = bytes[at] & 0xff;
      Expect.that(
          label < ImageSet.NUM_CLASSES,
          file.toString(),
          "labels 0 to " + (ImageSet.NUM_CLASSES - 1),
          "label " + label + " of record " + at / RECORD_BYTES,
          "it is damaged, or of CIFAR-100: fetch it again");
    }
    return bytes;
  }
}
