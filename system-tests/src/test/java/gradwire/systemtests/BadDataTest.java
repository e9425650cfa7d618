package gradwire.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.run.RunResult;
import gradwire.run.RunStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data that is missing or damaged: the whole command ends within seconds and names the file. */
final class BadDataTest {
  private static final String TRAIN_IMAGES = "train-images-idx3-ubyte";
  private static final String TRAIN_LABELS = "train-labels-idx1-ubyte";
  private static final Duration SECONDS = Duration.ofSeconds(30);

  @TempDir Path folder;
  private Path data;

  @BeforeEach
  void write() throws IOException {
    data = SmallMnist.write(folder.resolve("data"), 5_500, 100);
  }

  @Test
  void aMissingFolderEndsTheCommandWithinSeconds() {
    assertCommandFails(
        folder.resolve("nowhere"), "data_dir: expected a folder with", "which does not exist");
  }

  @Test
  void aTruncatedFileEndsTheCommandWithinSeconds() throws IOException {
    byte[] bytes = Files.readAllBytes(data.resolve(TRAIN_IMAGES));
    Files.write(data.resolve(TRAIN_IMAGES), Arrays.copyOf(bytes, bytes.length - 784));
    assertCommandFails(data, TRAIN_IMAGES + ": expected 4312016 bytes", "4311232 (truncated)");
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    Files.delete(data.resolve(TRAIN_LABELS));
    assertRunFails("expected the four IDX files of a set, got none named " + TRAIN_LABELS);
  }

  @Test
  void imagesAndLabelsSwappedAreRefused() throws IOException {
    Path aside = folder.resolve("aside");
    Files.move(data.resolve(TRAIN_IMAGES), aside);
    Files.move(data.resolve(TRAIN_LABELS), data.resolve(TRAIN_IMAGES));
    Files.move(aside, data.resolve(TRAIN_LABELS));
    assertRunFails(TRAIN_LABELS + ": expected 1 dimension (labels), got 3 dimensions (images)");
  }

  @Test
  void aCorruptGzipFileIsRefused() throws IOException {
    String name = TRAIN_IMAGES + ".gz";
    byte[] bytes = Files.readAllBytes(Repository.DATA.resolve(name));
    bytes[bytes.length - 6] ^= 0x10;
    Files.delete(data.resolve(TRAIN_IMAGES));
    Files.write(data.resolve(name), bytes);
    assertRunFails(name + ": expected intact gzip data, got a corrupt one");
  }

  @Test
  void aTruncatedGzipFileIsRefused() throws IOException {
    String name = TRAIN_LABELS + ".gz";
    byte[] bytes = Files.readAllBytes(Repository.DATA.resolve(name));
    Files.delete(data.resolve(TRAIN_LABELS));
    Files.write(data.resolve(name), Arrays.copyOf(bytes, bytes.length / 2));
    assertRunFails(name + ": expected a whole IDX file, got one that ends too soon (truncated)");
  }

  @Test
  void aFileOfAnotherKindIsRefused() throws IOException {
    Files.writeString(data.resolve(TRAIN_IMAGES), "<html>404</html>");
    assertRunFails(TRAIN_IMAGES + ": expected an IDX file, whose first two bytes are 0");
  }

  @Test
  void labelsOfAnotherSetAreRefused() throws IOException {
    Files.copy(
        data.resolve("t10k-labels-idx1-ubyte"),
        data.resolve(TRAIN_LABELS),
        StandardCopyOption.REPLACE_EXISTING);
    assertRunFails("5500");
  }

  @Test
  void tooFewImagesForTheValidationAreRefused() throws IOException {
    data = SmallMnist.write(folder.resolve("small"), 500, 100);
    assertRunFails("data_dir: expected more than 5000 training images, got 500");
  }

  @Test
  void aDamagedTestFileIsNamedAndCostsNoTrainedModel() throws IOException {
    Files.writeString(data.resolve("t10k-images-idx3-ubyte"), "<html>404</html>");
    assertRunFails("t10k-images-idx3-ubyte: expected an IDX file");
    assertThat(folder.resolve("run/model/weights.safetensors")).isNotEmptyFile();
  }

  private void assertCommandFails(Path dataDir, String... words) {
    Path runDir = folder.resolve("run");
    try (Command command =
        Command.run(
            Repository.REFERENCE_JOB,
            runDir,
            "estimator.script_params.data_dir=" + dataDir,
            "estimator.script_params.train_steps=1000000")) {
      assertThat(command.awaitExit(SECONDS)).as(command::said).isEqualTo(1);
      assertThat(command.out()).contains(words).contains("status   failed");
    }
    assertThat(RunResult.read(runDir.resolve("result.json")).error()).contains(words);
  }

  private void assertRunFails(String words) {
    RunResult result =
        InProcessRun.of(
            Repository.REFERENCE_JOB,
            folder.resolve("run"),
            "estimator.script_params.data_dir=" + data,
            "estimator.script_params.train_steps=5");
    assertThat(result.status()).as(result.toJson()).isEqualTo(RunStatus.FAILED);
    assertThat(result.error()).contains(words);
  }
}
