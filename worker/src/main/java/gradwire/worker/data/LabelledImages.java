package gradwire.worker.data;

import gradwire.error.Expect;
import java.nio.file.Path;

/** Puts a file of images and a file of labels together, and checks that they belong together. */
final class LabelledImages {
  private LabelledImages() {}

  static ImageSet read(Path imagesFile, Path labelsFile) {
    byte[] labels = readLabels(labelsFile);
    IdxFile images = IdxFile.read(imagesFile, 3);
    int[] shape = images.shape();
    Expect.that(
        shape[0] == labels.length,
        imagesFile + " and " + labelsFile.getFileName(),
        "as many images as labels",
        shape[0] + " images and " + labels.length + " labels",
        "take both files from the same set: train with train, t10k with t10k");
    return new ImageSet(1, shape[1], shape[2], images.values(), labels);
  }

  private static byte[] readLabels(Path file) {
    byte[] labels = IdxFile.read(file, 1).values();
    for (int i = 0; i < labels.length; i++) {
      int label = labels[i] & 0xff;
      Expect.that(
          label < ImageSet.NUM_CLASSES,
          file.toString(),
          "labels 0 to " + (ImageSet.NUM_CLASSES - 1),
          "label " + label + " at index " + i,
          "is it another file under this name, or a set of more classes?");
    }
    return labels;
  }
}
