package gradwire.worker.data;

import gradwire.error.Expect;
import gradwire.error.UsageException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Reads IDX files, raw or gzip, straight into the array that holds them. */
final class IdxReader {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int GZIP_MAGIC = 0x1f8b;

  /** More than this deflate cannot do: a pair of bits for each 258 bytes. */
  private static final long MAX_EXPANSION = 1_032;

  private static final String FETCH_AGAIN = "fetch the file again";

  private IdxReader() {}

  static IdxFile read(Path file, int numDimensions) {
    String place = file.toString();
    try (InputStream bytes = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)) {
      long fileBytes = Files.size(file);
      Expect.that(fileBytes > 0, place, "an IDX file", "an empty file", FETCH_AGAIN);
      return isGzip(bytes)
          ? readGzip(bytes, fileBytes, place, numDimensions)
          : readRaw(bytes, fileBytes, place, numDimensions);
    } catch (EOFException e) {
      throw refused(place, "a whole IDX file", "one that ends too soon (truncated)", e);
    } catch (ZipException e) {
      throw refused(place, "intact gzip data", "a corrupt one (" + e.getMessage() + ")", e);
    } catch (NoSuchFileException e) {
      throw refused(place, "an IDX file", "no such file", e);
    } catch (IOException e) {
      throw refused(place, "a readable file", String.valueOf(e), e);
    }
  }

  private static boolean isGzip(InputStream in) throws IOException {
    in.mark(2);
    int first = in.read();
    int second = in.read();
    in.reset();
    return (first << 8 | second) == GZIP_MAGIC;
  }

  private static IdxFile readRaw(InputStream bytes, long fileBytes, String place, int numDimensions)
      throws IOException {
    IdxHeader header = IdxHeader.read(new DataInputStream(bytes), place, numDimensions);
    long expectedBytes = (long) header.numBytes() + header.numValues();
    Expect.that(
        fileBytes == expectedBytes,
        place,
        expectedBytes + " bytes, as its header says",
        fileBytes + (fileBytes < expectedBytes ? " (truncated)" : " (trailing bytes)"),
        FETCH_AGAIN);
    return readValues(bytes, header, place);
  }

  private static IdxFile readGzip(
      InputStream bytes, long fileBytes, String place, int numDimensions) throws IOException {
    InputStream unzipped = new GZIPInputStream(bytes, BUFFER_BYTES);
    IdxHeader header = IdxHeader.read(new DataInputStream(unzipped), place, numDimensions);
    Expect.that(
        header.numValues() <= fileBytes * MAX_EXPANSION,
        place,
        header.numValues() + " values, as its header says",
        "a gzip file of " + fileBytes + " bytes, which cannot hold so many",
        FETCH_AGAIN);
    return readValues(unzipped, header, place);
  }

  /** Asking for one byte more than there should be also makes gzip check its checksum. */
  private static IdxFile readValues(InputStream in, IdxHeader header, String place)
      throws IOException {
    byte[] values = new byte[header.numValues()];
    int numRead = fill(values, in);
    boolean ended = in.read() < 0;
    Expect.that(
        numRead == values.length && ended,
        place,
        values.length + " values, as its header says",
        ended ? numRead + " (truncated)" : "more (trailing bytes)",
        FETCH_AGAIN);
    return new IdxFile(header.shape(), values);
  }

  /** In small pieces: the JDK keeps an off-heap buffer as large as the largest read asked for. */
  private static int fill(byte[] values, InputStream in) throws IOException {
    int numRead = 0;
    while (numRead < values.length) {
      int length = in.read(values, numRead, Math.min(BUFFER_BYTES, values.length - numRead));
      if (length < 0) {
        break;
      }
      numRead += length;
    }
    return numRead;
  }

  private static UsageException refused(
      String place, String expected, String got, IOException cause) {
    String remedy =
        cause instanceof NoSuchFileException ? "check data_dir and the file's name" : FETCH_AGAIN;
    return new UsageException(Expect.message(place, expected, got, remedy), cause);
  }
}
