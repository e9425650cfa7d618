package gradwire.worker.data;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.UsageException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CifarFolderTest {
  private static final int RECORD_BYTES = 3073;

  @TempDir Path folder;

  /** Records whose pixels are all {@code shade} + their channel, one after the other. */
  private void write(String name, int numRecords, int shade) throws IOException {
    byte[] bytes = new byte[numRecords * RECORD_BYTES];
    for (int record = 0; record < numRecords; record++) {
      int at = record * RECORD_BYTES;
      bytes[at] = (byte) (record % 10);
      for (int channel = 0; channel < 3; channel++) {
        int first = at + 1 + channel * 1024;
        Arrays.fill(bytes, first, first + 1024, (byte) (shade + channel));
      }
    }
    Files.write(folder.resolve(name), bytes);
  }

  private void writeAll() throws IOException {
    for (int i = 1; i <= 5; i++) {
      write("data_batch_" + i + ".bin", i, 10 * i);
    }
    write("test_batch.bin", 12, 200);
  }

  @Test
  void imagesAndLabelsAreThoseOfTheFilesInTheirOrder() throws IOException {
    writeAll();
    ImageSet train = CifarFolder.open(folder).train();
    assertThat(train.numImages()).isEqualTo(1 + 2 + 3 + 4 + 5);
    assertThat(train.channels()).isEqualTo(3);
    assertThat(train.rows()).isEqualTo(32);
    assertThat(train.columns()).isEqualTo(32);
    assertThat(train.label(5)).isEqualTo(2);
    assertThat(firstOfEachChannel(train, 5)).containsExactly(30, 31, 32);

    ImageSet test = CifarFolder.open(folder).test();
    assertThat(test.numImages()).isEqualTo(12);
    assertThat(firstOfEachChannel(test, 11)).containsExactly(200, 201, 202);
  }

  private static long[] firstOfEachChannel(ImageSet images, int image) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment into = arena.allocate(JAVA_FLOAT, images.numPixels());
      images.copyImages(new int[] {image}, into);
      return LongStream.of(0, 1024, 2048)
          .map(first -> Math.round(255.0 * into.getAtIndex(JAVA_FLOAT, first)))
          .toArray();
    }
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    writeAll();
    Files.delete(folder.resolve("data_batch_3.bin"));
    assertThatThrownBy(() -> CifarFolder.open(folder))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("data_dir " + folder)
        .hasMessageContaining("got no data_batch_3.bin");
  }

  @Test
  void aFileThatIsCutOffIsNamed() throws IOException {
    writeAll();
    Path file = folder.resolve("test_batch.bin");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
    assertThatThrownBy(() -> CifarFolder.open(folder).test())
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("records of 3073 bytes");
  }

  @Test
  void aLabelOfAnotherSetIsNamedWithItsRecord() throws IOException {
    writeAll();
    Path file = folder.resolve("data_batch_2.bin");
    byte[] bytes = Files.readAllBytes(file);
    bytes[RECORD_BYTES] = 42;
    Files.write(file, bytes);
    assertThatThrownBy(() -> CifarFolder.open(folder).train())
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("label 42 of record 1");
  }
}
