package gradwire.embed;

import gradwire.error.GradwireException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * What a run trains, and on what: files below its folder. Immutable.
 *
 * @param root the folder that holds them, and the network's file, see {@link TrainableNetwork}
 */
record TrainingInput(Path root) {
  /** Makes the folder {@code input} of a run. */
  static TrainingInput create(Path run) {
    Path root = run.toAbsolutePath().resolve("input");
    try {
      return new TrainingInput(Files.createDirectories(root));
    } catch (IOException e) {
      throw new GradwireException(
          root + ": expected to make the folder, got " + e + "; check permissions and disk", e);
    }
  }

  /** The examples to train on. */
  Path train() {
    return root.resolve("train.safetensors");
  }

  /** The examples to judge by; missing if none were given. */
  Path test() {
    return root.resolve("test.safetensors");
  }

  /** A finished run has no need of them, and they may be big. */
  void dropExamples() {
    try {
      Files.deleteIfExists(train());
      Files.deleteIfExists(test());
    } catch (IOException harmless) {
      // They stay and take up space; the run is done all the same.
    }
  }

  /** Removes the run's whole folder, of a run that has not been started. */
  void discard() {
    Path run = root.resolveSibling("");
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException harmless) {
      // Something of the refused run stays; why it was refused is the news.
    }
  }
}
