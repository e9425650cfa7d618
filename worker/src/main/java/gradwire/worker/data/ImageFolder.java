package gradwire.worker.data;

import gradwire.error.Expect;
import gradwire.error.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A folder with the four IDX files of MNIST, or of a set in its shape (Fashion-MNIST, KMNIST), raw
 * or gzip. Immutable; nothing is read before {@link #train} or {@link #test} is asked for.
 *
 * @param files the four found: train images, train labels, test images, test labels
 */
public record ImageFolder(List<Path> files) {
  private static final List<String> NAMES =
      List.of(
          "train-images-idx3-ubyte",
          "train-labels-idx1-ubyte",
          "t10k-images-idx3-ubyte",
          "t10k-labels-idx1-ubyte");

  public ImageFolder {
    files = List.copyOf(files);
  }

  /**
   * Finds the files, under their standard names with {@code -idx} or {@code .idx}, with or without
   * {@code .gz}.
   *
   * @throws UsageException if the folder or any of the files is missing, with all names looked for
   */
  public static ImageFolder open(Path folder) {
    Expect.that(
        Files.isDirectory(folder),
        "data_dir",
        "a folder with " + String.join(", ", NAMES) + " (raw or .gz)",
        folder + (Files.exists(folder) ? ", a file" : ", which does not exist"),
        "point data_dir at the folder that holds the four IDX files");
    List<Path> found = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (String name : NAMES) {
      find(folder, name).ifPresentOrElse(found::add, () -> missing.add(name));
    }
    requireAll(folder, missing);
    return new ImageFolder(found);
  }

  /**
   * Reads the images to train on, all of them (60,000 of MNIST). Blocks on the disk.
   *
   * @throws UsageException naming the file that is damaged or isn't what its name says
   */
  public ImageSet train() {
    return LabelledImages.read(files.get(0), files.get(1));
  }

  /** As {@link #train}, the images to test with (10,000 of MNIST). */
  public ImageSet test() {
    return LabelledImages.read(files.get(2), files.get(3));
  }

  private static void requireAll(Path folder, List<String> missing) {
    if (!missing.isEmpty()) {
      List<String> lookedFor = missing.stream().flatMap(n -> spellings(n).stream()).toList();
      throw new UsageException(
          Expect.message(
              "data_dir " + folder,
              "the four IDX files of a set",
              "none named " + String.join(", ", lookedFor),
              "put the missing " + (missing.size() == 1 ? "one" : missing.size()) + " there"));
    }
  }

  private static Optional<Path> find(Path folder, String name) {
    return spellings(name).stream().map(folder::resolve).filter(Files::isRegularFile).findFirst();
  }

  private static List<String> spellings(String name) {
    String dotted = name.replace("-idx", ".idx");
    return List.of(name, name + ".gz", dotted, dotted + ".gz");
  }
}
