package gradwire.examples.mnist;

import gradwire.worker.data.ImageFolder;
import gradwire.worker.program.Flag;
import gradwire.worker.program.ProgramContext;
import java.nio.file.Path;

/** Finds the images: the folder that the job names, or the one that travels with the repository. */
final class MnistData {
  static final Flag DATA_DIR =
      new Flag("data_dir", "", "folder of IDX files; empty: examples/mnist/data");

  private static final String TRAVELLING = "examples/mnist/data";

  private MnistData() {}

  static ImageFolder open(ProgramContext context) {
    return ImageFolder.open(
        context.flags().text(DATA_DIR.name()).isEmpty()
            ? Path.of(System.getProperty("gradwire.home", "")).resolve(TRAVELLING)
            : context.path(DATA_DIR.name()));
  }
}
