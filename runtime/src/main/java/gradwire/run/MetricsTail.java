package gradwire.run;

import gradwire.error.GradwireException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Follows {@code metrics.jsonl} while another process writes it. One thread. */
public final class MetricsTail {
  private final Path path;
  private final ByteArrayOutputStream unfinished = new ByteArrayOutputStream();
  private long position;

  /** The file need not exist yet. */
  public MetricsTail(Path path) {
    this.path = path;
  }

  /** The whole lines written since the last call; never waits for one. */
  public List<MetricsRecord> poll() {
    unfinished.writeBytes(readNew());
    byte[] bytes = unfinished.toByteArray();
    int end = lastLineEnd(bytes);
    unfinished.reset();
    unfinished.write(bytes, end, bytes.length - end);
    return new String(bytes, 0, end, StandardCharsets.UTF_8)
        .lines()
        .map(MetricsRecord::parse)
        .flatMap(Optional::stream)
        .toList();
  }

  private byte[] readNew() {
    if (!Files.exists(path)) {
      return new byte[0];
    }
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      byte[] bytes = new byte[(int) Math.min(1 << 20, Math.max(0, file.length() - position))];
      file.seek(position);
      file.readFully(bytes);
      position += bytes.length;
      return bytes;
    } catch (IOException e) {
      throw new GradwireException(
          path + ": expected to read metrics, got " + e + "; check the run folder", e);
    }
  }

  /** Number of bytes up to and including the last line end. */
  private static int lastLineEnd(byte[] bytes) {
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    return end;
  }
}
