package gradwire.run;

import gradwire.error.GradwireException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Follows {@code metrics.jsonl} while another process writes it. One thread. */
public final class MetricsTail {
  private final Path path;

  /** Of the first line that is not read yet; a line is read when it is whole. */
  private long position;

  /** The file need not exist yet. */
  public MetricsTail(Path path) {
    this.path = path;
  }

  /** All whole lines that are there now. */
  public static List<MetricsRecord> readAll(Path path) {
    MetricsTail tail = new MetricsTail(path);
    List<MetricsRecord> all = new ArrayList<>();
    long before;
    do {
      before = tail.position;
      all.addAll(tail.poll());
    } while (tail.position > before);
    return all;
  }

  /** The whole lines written since the last call; never waits for one. */
  public List<MetricsRecord> poll() {
    byte[] bytes = readNew();
    int end = lastLineEnd(bytes);
    position += end;
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
