package gradwire.worker.data;

import static gradwire.worker.data.IdxBytes.gzip;
import static gradwire.worker.data.IdxBytes.images;
import static gradwire.worker.data.IdxBytes.labels;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImageFolderTest {
  @TempDir private Path folder;

  @Test
  void rawGzipDottedAndDashedNamesMayBeMixed() throws IOException {
    write("train-images.idx3-ubyte", images(10, 2, 3));
    write("train-labels-idx1-ubyte.gz", gzip(labels(10)));
    write("t10k-images.idx3-ubyte.gz", gzip(images(4, 5, 5)));
    write("t10k-labels-idx1-ubyte", labels(4));
    ImageFolder opened = ImageFolder.open(folder);
    ImageSet train = opened.train();
    assertThat(train.numImages()).isEqualTo(10);
    assertThat(train.rows()).isEqualTo(2);
    assertThat(train.columns()).isEqualTo(3);
    assertThat(train.label(9)).isEqualTo(9);
    assertThat(opened.test().numImages()).isEqualTo(4);
    assertThat(opened.test().numPixels()).isEqualTo(25);
  }

  @Test
  void aMissingFolderIsRefused() {
    Path nowhere = folder.resolve("nowhere");
    assertThatThrownBy(() -> ImageFolder.open(nowhere))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "data_dir: expected a folder with train-images-idx3-ubyte, train-labels-idx1-ubyte,"
                + " t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte (raw or .gz),"
                + " got %s, which does not exist;"
                + " point data_dir at the folder that holds the four IDX files",
            nowhere);
  }

  @Test
  void aFileInPlaceOfTheFolderIsRefused() throws IOException {
    Path file = write("data.zip", new byte[1]);
    assertThatThrownBy(() -> ImageFolder.open(file)).hasMessageContaining("got %s, a file;", file);
  }

  @Test
  void everyNameThatWasLookedForIsListed() throws IOException {
    writeSet();
    Files.delete(folder.resolve("t10k-labels-idx1-ubyte"));
    assertThatThrownBy(() -> ImageFolder.open(folder))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "data_dir %s: expected the four IDX files of a set, got none named"
                + " t10k-labels-idx1-ubyte, t10k-labels-idx1-ubyte.gz,"
                + " t10k-labels.idx1-ubyte, t10k-labels.idx1-ubyte.gz; put the missing one there",
            folder);
  }

  @Test
  void imagesAndLabelsThatAreSwappedAreNamed() throws IOException {
    writeSet();
    write("train-images-idx3-ubyte", labels(10));
    Path swapped = write("train-labels-idx1-ubyte", images(10, 2, 3));
    assertThatThrownBy(() -> ImageFolder.open(folder).train())
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "%s: expected 1 dimension (labels), got 3 dimensions (images);"
                + " is it another file of the set under this name (images and labels swapped)?",
            swapped);
  }

  @Test
  void labelsOfAnotherSetAreRefusedByTheirNumber() throws IOException {
    writeSet();
    write("train-labels-idx1-ubyte", labels(4));
    assertThatThrownBy(() -> ImageFolder.open(folder).train())
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "%s and train-labels-idx1-ubyte: expected as many images as labels,"
                + " got 10 images and 4 labels;"
                + " take both files from the same set: train with train, t10k with t10k",
            folder.resolve("train-images-idx3-ubyte"));
  }

  @Test
  void aLabelBeyondNineIsRefused() throws IOException {
    writeSet();
    Path labels = write("train-labels-idx1-ubyte", labels(11));
    assertThatThrownBy(() -> ImageFolder.open(folder).train())
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "%s: expected labels 0 to 9, got label 10 at index 10;"
                + " is it another file under this name, or a set of more classes?",
            labels);
  }

  @Test
  void aDamagedTestFileDoesNotKeepFromTraining() throws IOException {
    writeSet();
    write("t10k-images-idx3-ubyte", new byte[0]);
    ImageFolder opened = ImageFolder.open(folder);
    assertThat(opened.train().numImages()).isEqualTo(10);
    assertThatThrownBy(opened::test).hasMessageContaining("t10k-images-idx3-ubyte");
  }

  private void writeSet() throws IOException {
    write("train-images-idx3-ubyte", images(10, 2, 3));
    write("train-labels-idx1-ubyte", labels(10));
    write("t10k-images-idx3-ubyte", images(4, 2, 3));
    write("t10k-labels-idx1-ubyte", labels(4));
  }

  private Path write(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }
}
