package gradwire.worker.data;

import static gradwire.worker.data.IdxBytes.UNSIGNED_BYTE;
import static gradwire.worker.data.IdxBytes.gzip;
import static gradwire.worker.data.IdxBytes.idx;
import static gradwire.worker.data.IdxBytes.images;
import static gradwire.worker.data.IdxBytes.labels;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.UsageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IdxFileTest {
  private static final String AGAIN = "; fetch the file again";

  @TempDir private Path folder;

  @Test
  void rawAndGzipGiveTheSameWhateverTheyAreCalled() throws IOException {
    for (byte[] content : new byte[][] {images(3, 2, 5), gzip(images(3, 2, 5))}) {
      IdxFile file = IdxFile.read(file("train.gz", content));
      assertThat(file.shape()).containsExactly(3, 2, 5);
      assertThat(file.values()).hasSize(30).startsWith(0, 1, 2).endsWith(28, 29);
    }
  }

  @Test
  void aFileLargerThanAnyBufferIsReadWhole() throws IOException {
    byte[] content = images(1021, 13, 17);
    byte[] values = Arrays.copyOfRange(content, 16, content.length);
    assertThat(IdxFile.read(file("raw", content)).values()).isEqualTo(values);
    assertThat(IdxFile.read(file("gzip", gzip(content))).values()).isEqualTo(values);
  }

  @Test
  void anEmptyFileIsRefused() {
    assertRefused(new byte[0], ": expected an IDX file, got an empty file" + AGAIN);
  }

  @Test
  void aMissingFileIsRefused() {
    assertThatThrownBy(() -> IdxFile.read(folder.resolve("nowhere")))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "%s: expected an IDX file, got no such file; check data_dir and the file's name",
            folder.resolve("nowhere"));
  }

  @Test
  void anotherKindOfFileIsRefused() {
    assertRefused(
        "<html>404</html>".getBytes(StandardCharsets.UTF_8),
        ": expected an IDX file, whose first two bytes are 0, got 0x3c68;"
            + " is it another kind of file? Raw or gzip IDX files are read");
  }

  @Test
  void valuesOtherThanUnsignedBytesAreRefused() {
    assertRefused(
        idx(0x0d, 8, 2),
        ": expected unsigned bytes, IDX element type 0x08, got 0x0d;"
            + " convert the values to unsigned bytes");
  }

  @Test
  void anotherNumberOfDimensionsIsRefused() throws IOException {
    Path file = file("train-images-idx3-ubyte", labels(10));
    assertThatThrownBy(() -> IdxFile.read(file, 3))
        .hasMessage(
            "%s: expected 3 dimensions (images), got 1 dimension (labels);"
                + " is it another file of the set under this name (images and labels swapped)?",
            file);
  }

  @Test
  void aScalarIsRefused() {
    assertRefused(
        idx(UNSIGNED_BYTE, 1),
        ": expected 1 to 8 dimensions, got 0 dimensions;"
            + " is it another file of the set under this name (images and labels swapped)?");
  }

  @Test
  void aTruncatedRawFileIsRefusedByItsLength() {
    assertRefused(
        Arrays.copyOf(images(2, 3, 4), 39),
        ": expected 40 bytes, as its header says, got 39 (truncated)" + AGAIN);
  }

  @Test
  void aRawFileWithTrailingBytesIsRefusedByItsLength() {
    assertRefused(
        Arrays.copyOf(images(2, 3, 4), 41),
        ": expected 40 bytes, as its header says, got 41 (trailing bytes)" + AGAIN);
  }

  @Test
  void aFileCutOffInItsHeaderIsRefused() {
    assertRefused(
        Arrays.copyOf(images(2, 3, 4), 7),
        ": expected a whole IDX file, got one that ends too soon (truncated)" + AGAIN);
  }

  @Test
  void aTruncatedGzipIsRefused() throws IOException {
    byte[] whole = gzip(images(100, 28, 28));
    for (int length : new int[] {3, 15, whole.length / 2, whole.length - 8, whole.length - 1}) {
      assertRefused(
          Arrays.copyOf(whole, length),
          ": expected a whole IDX file, got one that ends too soon (truncated)" + AGAIN);
    }
  }

  @Test
  void aGzipOfATruncatedFileIsRefused() throws IOException {
    assertRefused(
        gzip(Arrays.copyOf(images(2, 3, 4), 39)),
        ": expected 24 values, as its header says, got 23 (truncated)" + AGAIN);
  }

  @Test
  void aGzipOfAFileWithTrailingBytesIsRefused() throws IOException {
    assertRefused(
        gzip(Arrays.copyOf(images(2, 3, 4), 41)),
        ": expected 24 values, as its header says, got more (trailing bytes)" + AGAIN);
  }

  @Test
  void aGzipWithADamagedChecksumIsRefused() throws IOException {
    byte[] content = gzip(images(2, 3, 4));
    content[content.length - 8] ^= 1;
    assertRefused(
        content, ": expected intact gzip data, got a corrupt one (Corrupt GZIP trailer)" + AGAIN);
  }

  @Test
  void aGzipWithDamagedDataIsRefused() throws IOException {
    byte[] content = gzip(images(2, 3, 4));
    content[10] = (byte) 0xff; // A deflate block of a type that there isn't.
    assertRefused(
        content, ": expected intact gzip data, got a corrupt one (invalid block type)" + AGAIN);
  }

  @Test
  void anAbsurdSizeIsRefusedBeforeMemoryIsAskedFor() throws IOException {
    byte[] overflowing = idx(UNSIGNED_BYTE, 1, 65_536, 65_536, 65_536, 65_536);
    String expected =
        ": expected axis lengths of at least 1, and at most 2147483639 values,"
            + " got shape [65536, 65536, 65536, 65536]; the header is damaged: fetch the file again";
    assertRefused(overflowing, expected);
    assertRefused(gzip(overflowing), expected);
  }

  @Test
  void negativeAndZeroLengthsAreRefused() {
    for (int length : new int[] {-1, 0, Integer.MIN_VALUE}) {
      assertRefused(
          idx(UNSIGNED_BYTE, 0, length),
          ": expected axis lengths of at least 1, and at most 2147483639 values, got shape ["
              + length
              + "]; the header is damaged: fetch the file again");
    }
  }

  @Test
  void aGzipThatCannotHoldWhatItsHeaderPromisesIsRefusedBeforeMemoryIsAskedFor()
      throws IOException {
    byte[] content = gzip(idx(UNSIGNED_BYTE, 1, 2_000_000_000));
    assertRefused(
        content,
        ": expected 2000000000 values, as its header says, got a gzip file of "
            + content.length
            + " bytes, which cannot hold so many"
            + AGAIN);
  }

  private void assertRefused(byte[] content, String message) {
    refusal(content).isInstanceOf(UsageException.class).hasMessage(folder.resolve("f") + message);
  }

  private AbstractThrowableAssert<?, ?> refusal(byte[] content) {
    return assertThatThrownBy(() -> IdxFile.read(file("f", content)));
  }

  private Path file(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }
}
