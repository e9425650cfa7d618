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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one shard's part of checkpoints: {@code step-000000200/shard-0-of-2.safetensors}, what is
 * to be said of it, and the manifest if the others are done. Periodic ones on a thread of their
 * own; if the disk is slower than the plan, the one that would pile up is left out, with a line.
 */
public final class CheckpointWriter implements SnapshotWriter {
  private static final Logger log = LoggerFactory.getLogger(CheckpointWriter.class);

  /** Less than a launcher grants a server that it has asked to end. */
  private static final Duration LAST_WRITE = Duration.ofSeconds(10);

  private final Optional<Path> root;
  private final ShardSettings settings;
  private final Supplier<RunMark> run;

  /** Held while a checkpoint is being written. */
  private final Semaphore writing = new Semaphore(1);

  /**
   * @param root where to write; empty: nothing is ever written
   * @param run asked when something is written
   */
  CheckpointWriter(Optional<Path> root, ShardSettings settings, Supplier<RunMark> run) {
    this.root = root;
    this.settings = settings;
    this.run = run;
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

  @Override
  public boolean isPeriodic() {
    return root.isPresent() && settings.checkpoint().everySteps() > 0;
  }

  @Override
  public boolean isDue(long step) {
    return isPeriodic() && step % settings.checkpoint().everySteps() == 0;
  }

  @Override
  public boolean isIdle(long step) {
    boolean idle = writing.availablePermits() > 0;
    if (!idle) {
      log.warn("step {}: checkpoint left out, the one before is still being written", step);
    }
    return idle;
  }

  @Override
  public void saveLater(long step, Snapshot.Source source) {
    if (root.isEmpty() || !isIdle(step) || !writing.tryAcquire()) {
      source.close();
      return;
    }
    Thread.ofPlatform()
        .name("checkpoint-" + step)
        .start(() -> writeAndFree(root.get(), step, source));
  }

  private void writeAndFree(Path folder, long step, Snapshot.Source source) {
    try (source) {
      write(folder, source.await());
    } catch (GradwireException e) {
      log.error("step {}: checkpoint not written: {}", step, e.getMessage());
    } finally {
      writing.release();
    }
  }

  @Override
  public void saveFinal(Snapshot snapshot) {
    if (root.isPresent()) {
      writing.acquireUninterruptibly();
      try {
        write(root.get(), snapshot);
      } finally {
        writing.release();
      }
    }
  }

  /**
   * Waits, for ten seconds at most, until what is being written is whole: it reads the shard's
   * memory, and whoever has closed a shard may remove the folder.
   */
  @Override
  public void close() {
    try {
      if (writing.tryAcquire(LAST_WRITE.toNanos(), TimeUnit.NANOSECONDS)) {
        writing.release();
        return;
      }
      log.warn("the last checkpoint is still being written after {}", LAST_WRITE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(Path root, Snapshot snapshot) {
    CheckpointFolder checkpoints = new CheckpointFolder(root);
    Path folder = checkpoints.of(snapshot.step());
    Shard shard = settings.shard();
    String name = "shard-%d-of-%d.safetensors".formatted(shard.index(), settings.numShards());
    String sha256 =
        SafetensorsFile.writeUnsigned(
            folder.resolve(name), metadata(snapshot.step()), entries(shard, snapshot.vectors()));
    new PartNote(
            snapshot.step(),
            settings.numShards(),
            run.get(),
            snapshot.replicas(),
            part(folder.resolve(name), sha256, snapshot))
        .write(PartNote.path(folder, shard.index(), settings.numShards()));
    String now = Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
    if (checkpoints.complete(snapshot.step(), settings.numShards(), now)) {
      checkpoints.prune(settings.checkpoint().keep());
    }
  }

  private Part part(Path path, String sha256, Snapshot snapshot) {
    SortedMap<Integer, Long> staleness = new TreeMap<>();
    for (int i = 0; i < snapshot.staleness().size(); i++) {
      if (snapshot.staleness().get(i) != 0) {
        staleness.put(i, snapshot.staleness().get(i));
      }
    }
    try {
      return new Part(
          String.valueOf(path.getFileName()),
          Files.size(path),
          sha256,
          settings.shard().begin(),
          settings.shard().length(),
          snapshot.vectors().size(),
          staleness);
    } catch (IOException e) {
      throw new GradwireException(path + ": expected what was just written, got " + e, e);
    }
  }

  private Map<String, String> metadata(long step) {
    return Map.of(
        "format", "gradwire-shard-2",
        "step", Long.toString(step),
        "shard", Integer.toString(settings.shard().index()),
        "num_shards", Integer.toString(settings.numShards()),
        "begin", Long.toString(settings.shard().begin()),
        "optimizer", settings.optimizer().toString());
  }

  private static List<SafetensorsFile.Entry> entries(Shard shard, List<MemorySegment> vectors) {
    List<SafetensorsFile.Entry> entries = new ArrayList<>();
    for (int vector = 0; vector < vectors.size(); vector++) {
      long at = 0;
      for (Chunk chunk : shard.chunks()) {
        entries.add(
            new SafetensorsFile.Entry(
                name(chunk, vector),
                List.of(chunk.length()),
                Floats.slice(vectors.get(vector), at, chunk.length())));
        at += chunk.length();
      }
    }
    return entries;
  }

  /** E.g. {@code w[0:100]}, and {@code w[0:100]/slot0} for what the optimizer keeps of it. */
  private static String name(Chunk chunk, int vector) {
    return "%s[%d:%d]%s"
        .formatted(
            chunk.tensor(),
            chunk.offset(),
            chunk.offset() + chunk.length(),
            vector == 0 ? "" : "/slot" + (vector - 1));
  }
}
