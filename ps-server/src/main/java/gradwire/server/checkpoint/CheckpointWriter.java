package gradwire.server.checkpoint;

import gradwire.cluster.ShardMap.Chunk;
import gradwire.cluster.ShardMap.Shard;
import gradwire.error.Expect;
import gradwire.error.GradwireException;
import gradwire.error.UsageException;
import gradwire.safetensors.SafetensorsFile;
import gradwire.tensor.Floats;
import gradwire.transport.ShardSettings;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one shard's checkpoints: {@code step-000000200/shard-0-of-2.safetensors}. A periodic one
 * is copied under the caller's lock (one memory copy) and written by a thread of its own; if the
 * disk is slower than the plan, the one that would pile up is left out, with a log line.
 */
public final class CheckpointWriter {
  private static final Logger log = LoggerFactory.getLogger(CheckpointWriter.class);

  /** The live state that is saved. */
  public interface Source {
    Shard shard();

    MemorySegment weights();

    List<MemorySegment> slots();
  }

  private final Optional<Path> folder;
  private final ShardSettings settings;

  /** Held while a checkpoint is being written. */
  private final Semaphore writing = new Semaphore(1);

  private final Deque<Path> written = new ArrayDeque<>();

  /**
   * @param folder where to write; empty: nothing is ever written
   */
  public CheckpointWriter(Optional<Path> folder, ShardSettings settings) {
    this.folder = folder;
    this.settings = settings;
  }

  /**
   * Makes the folder if it is missing: a run should not find out at its end that it cannot save.
   *
   * @throws UsageException if it cannot be made or written to
   */
  public static void requireFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UsageException(notWritable(folder + " (" + e + ")"), e);
    }
    if (!Files.isWritable(folder)) {
      throw new UsageException(notWritable(folder + ", which is read-only"));
    }
  }

  private static String notWritable(String got) {
    return Expect.message(
        "checkpoints",
        "a folder to write to",
        got,
        "make it writable, or choose another with --checkpoint_dir or --run-dir");
  }

  /** Copies the state now, writes it soon. */
  public void saveLater(long step, Source source) {
    if (folder.isEmpty()) {
      return;
    }
    if (!writing.tryAcquire()) {
      log.warn("step {}: checkpoint left out, the one before is still being written", step);
      return;
    }
    try {
      Snapshot snapshot = new Snapshot(StateVector.of(source));
      Thread.ofPlatform()
          .name("checkpoint-" + step)
          .start(() -> writeAndFree(folder.get(), step, snapshot));
    } catch (OutOfMemoryError e) {
      writing.release();
      log.warn("step {}: checkpoint left out, no memory for a copy: {}", step, e.getMessage());
    }
  }

  private void writeAndFree(Path root, long step, Snapshot snapshot) {
    try (snapshot) {
      write(root, step, snapshot.vectors());
    } catch (GradwireException e) {
      log.error("step {}: checkpoint not written: {}", step, e.getMessage());
    } finally {
      writing.release();
    }
  }

  /** Writes the state before it returns, after any checkpoint that is still being written. */
  public void saveFinal(long step, Source source) {
    if (folder.isPresent()) {
      writing.acquireUninterruptibly();
      try {
        write(folder.get(), step, StateVector.of(source));
      } finally {
        writing.release();
      }
    }
  }

  private void write(Path root, long step, List<StateVector> vectors) {
    Shard shard = settings.shard();
    Path path =
        root.resolve("step-%09d".formatted(step))
            .resolve("shard-%d-of-%d.safetensors".formatted(shard.index(), settings.numShards()));
    SafetensorsFile.write(path, metadata(step), entries(shard, vectors));
    if (!path.equals(written.peekLast())) {
      written.addLast(path);
    }
    while (written.size() > settings.checkpoint().keep()) {
      forget(written.removeFirst());
    }
  }

  private Map<String, String> metadata(long step) {
    return Map.of(
        "format", "gradwire-shard-1",
        "step", Long.toString(step),
        "shard", Integer.toString(settings.shard().index()),
        "num_shards", Integer.toString(settings.numShards()),
        "begin", Long.toString(settings.shard().begin()),
        "optimizer", settings.optimizer().toString());
  }

  private static List<SafetensorsFile.Entry> entries(Shard shard, List<StateVector> vectors) {
    List<SafetensorsFile.Entry> entries = new ArrayList<>();
    for (StateVector vector : vectors) {
      long at = 0;
      for (Chunk chunk : shard.chunks()) {
        String name =
            "%s[%d:%d]%s"
                .formatted(
                    chunk.tensor(),
                    chunk.offset(),
                    chunk.offset() + chunk.length(),
                    vector.suffix());
        entries.add(
            new SafetensorsFile.Entry(
                name, List.of(chunk.length()), Floats.slice(vector.values(), at, chunk.length())));
        at += chunk.length();
      }
    }
    return entries;
  }

  private static void forget(Path path) {
    try {
      Files.deleteIfExists(path);
      Files.deleteIfExists(path.getParent());
    } catch (DirectoryNotEmptyException othersAreStillThere) {
      // The last of the servers removes the folder.
    } catch (IOException e) {
      log.warn("old checkpoint {} stays: {}", path, e.getMessage());
    }
  }
}
