package gradwire.dl4j;

import gradwire.error.GradwireException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.util.ModelSerializer;

/** DL4J model files, written whole or not at all. */
final class ModelZip {
  private ModelZip() {}

  static void write(Model model, Path zip) {
    Path absolute = zip.toAbsolutePath();
    Path unfinished = absolute.resolveSibling(absolute.getFileName() + ".unfinished");
    try {
      ModelSerializer.writeModel(model, unfinished.toFile(), false);
      Files.move(
          unfinished,
          absolute,
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new GradwireException(
          zip + ": expected to write the model there, got " + e + "; check folder and disk", e);
    }
  }
}
