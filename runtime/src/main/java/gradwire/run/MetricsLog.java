package gradwire.run;

import gradwire.error.GradwireException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * Appends to {@code metrics.jsonl}. The chief alone writes it; any thread, one at a time. A line is
 * one write, so a reader sees whole lines and at most one unfinished at the end.
 */
public final class MetricsLog implements AutoCloseable {
  private final Path path;
  private final InstantSource clock;
  private final RandomAccessFile file;

  /** Opens the log, going on after what an earlier incarnation wrote. */
  public MetricsLog(Path path, InstantSource clock) {
    this.path = path;
    this.clock = clock;
    try {
      Files.createDirectories(path.toAbsolutePath().resolveSibling(""));
      this.file = new RandomAccessFile(path.toFile(), "rw");
      cutUnfinishedLine();
    } catch (IOException e) {
      throw refused(e);
    }
  }

  /**
   * Drops what a log that nobody writes says of steps beyond {@code step}: they are not in the
   * run's history any more.
   *
   * @return the last step that it had told of; {@code step} if none beyond it
   */
  public static long forgetBeyond(Path path, long step) {
    List<MetricsRecord> all = MetricsTail.readAll(path);
    long last = all.stream().mapToLong(MetricsRecord::step).max().orElse(step);
    if (last <= step) {
      return step;
    }
    AtomicFiles.write(
        path,
        all.stream()
            .filter(line -> line.step() <= step)
            .map(line -> line.toLine() + "\n")
            .collect(Collectors.joining()));
    return last;
  }

  /** Appends one line with the present time. */
  public synchronized void append(long step, SortedMap<String, Double> numbers) {
    Instant now = clock.instant();
    double timeSeconds = now.getEpochSecond() + now.getNano() / 1e9;
    String line = new MetricsRecord(timeSeconds, step, numbers).toLine() + "\n";
    try {
      file.write(line.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw refused(e);
    }
  }

  @Override
  public synchronized void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw refused(e);
    }
  }

  private void cutUnfinishedLine() throws IOException {
    long end = file.length();
    while (end > 0 && !isLineEnd(end - 1)) {
      end--;
    }
    file.setLength(end);
    file.seek(end);
  }

  private boolean isLineEnd(long at) throws IOException {
    file.seek(at);
    return file.read() == '\n';
  }

  private GradwireException refused(IOException cause) {
    return new GradwireException(
        path + ": expected to append a line, got " + cause + "; free disk space, then resume",
        cause);
  }
}
