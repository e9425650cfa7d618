package gradwire.server.checkpoint;

import gradwire.error.GradwireException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where server 0 tells the others what the next checkpoint holds: the file {@code checkpoints/cut}.
 * A cut that is told too late, or not at all, costs a checkpoint and nothing else. Thread-safe; no
 * call waits for a disk.
 */
final class CutFile implements CutBoard {
  private static final Logger log = LoggerFactory.getLogger(CutFile.class);
  private static final long LOOK_EVERY_MILLIS = 10;

  private final Path file;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("cuts").factory());

  /** What was read last; the thread's alone. */
  private String seen = "";

  CutFile(Path root) {
    this.file = root.resolve("cut");
  }

  @Override
  public void announce(Cut cut) {
    thread.execute(() -> write(cut));
  }

  private void write(Cut cut) {
    Path unfinished = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      Files.createDirectories(file.toAbsolutePath().resolveSibling(""));
      Files.writeString(unfinished, cut.text());
      Files.move(
          unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      log.warn("{}: checkpoint left out, the other servers cannot be told: {}", file, e.toString());
    }
  }

  @Override
  public void watch(Consumer<Cut> listener) {
    thread.execute(() -> seen = read());
    var unused =
        thread.scheduleWithFixedDelay(
            () -> look(listener), LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void look(Consumer<Cut> listener) {
    try {
      String text = read();
      if (!text.equals(seen)) {
        seen = text;
        listener.accept(Cut.parse(text));
      }
    } catch (GradwireException e) {
      log.warn("{}: checkpoint left out: {}", file, e.getMessage());
    }
  }

  private String read() {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException none) {
      return "";
    } catch (IOException e) {
      throw new GradwireException("expected to read it, got " + e, e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
