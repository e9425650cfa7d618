package gradwire.server.checkpoint;

import gradwire.error.GradwireException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A run's checkpoints: {@code checkpoints/step-000000400/…}. A folder without a manifest is one
 * that is being written, or never will be whole.
 *
 * @param root need not exist
 */
public record CheckpointFolder(Path root) {
  private static final String STEP_FORM = "step-\\d{9,}";
  private static final String REFUSED = "refused-";

  /** Where the checkpoint of a step lies. */
  Path of(long step) {
    return root.resolve("step-%09d".formatted(step));
  }

  /** All folders of steps, the newest first, whole or not. */
  public List<Path> newestFirst() {
    try (Stream<Path> entries = Files.list(root)) {
      return entries
          .filter(path -> String.valueOf(path.getFileName()).matches(STEP_FORM))
          .sorted(Comparator.comparingLong(CheckpointFolder::step).reversed())
          .toList();
    } catch (NoSuchFileException | NotDirectoryException none) {
      return List.of();
    } catch (IOException e) {
      throw new GradwireException(root + ": expected to list checkpoints, got " + e, e);
    }
  }

  /** Whether a step's folder was a checkpoint once, be it damaged by now. */
  public static boolean wasWhole(Path folder) {
    return Files.exists(Manifest.path(folder));
  }

  private static long step(Path folder) {
    return Long.parseLong(String.valueOf(folder.getFileName()).substring("step-".length()));
  }

  /**
   * The newest checkpoint that is whole, to the last byte, and fits.
   *
   * @param fits throws if a whole one is of no use
   * @param refused told of each newer one that is not taken: its folder, and why not
   */
  public Optional<Checkpoint> newest(Consumer<Checkpoint> fits, BiConsumer<Path, String> refused) {
    for (Path folder : newestFirst()) {
      try {
        Checkpoint checkpoint = Checkpoint.open(folder);
        checkpoint.requireSound();
        fits.accept(checkpoint);
        return Optional.of(checkpoint);
      } catch (GradwireException why) {
        refused.accept(folder, String.valueOf(why.getMessage()));
      }
    }
    return Optional.empty();
  }

  /** Puts a folder that is of no use out of the way of those to come; nothing in it is lost. */
  public void setAside(Path folder) {
    Path aside = root.resolve(REFUSED + folder.getFileName());
    try {
      delete(aside);
      Files.move(folder, aside);
    } catch (IOException e) {
      throw new GradwireException(
          folder + ": expected to rename it to " + aside + ", got " + e + "; remove it", e);
    }
  }

  /** {@link #setAside} for all that is newer than {@code checkpoint}, whole or not. */
  public void setAsideBeyond(Checkpoint checkpoint) {
    newestFirst().stream()
        .filter(folder -> step(folder) > checkpoint.manifest().step())
        .forEach(this::setAside);
  }

  /**
   * Writes the manifest if all servers' files are there and of one moment.
   *
   * @param savedAt now, ISO 8601
   * @return whether the checkpoint is whole
   */
  boolean complete(long step, int numShards, String savedAt) {
    Path folder = of(step);
    List<PartNote> notes = new ArrayList<>();
    for (int shard = 0; shard < numShards; shard++) {
      try {
        notes.add(PartNote.read(PartNote.path(folder, shard, numShards)));
      } catch (IOException notYet) {
        return false;
      }
    }
    Manifest.of(folder, notes, savedAt).write(folder);
    return true;
  }

  /** Removes all whole ones but the newest {@code keep}, and what will never be whole. */
  void prune(int keep) {
    int numWhole = 0;
    for (Path folder : newestFirst()) {
      if (wasWhole(folder) ? ++numWhole > keep : numWhole > 0) {
        try {
          Files.deleteIfExists(Manifest.path(folder));
          delete(folder);
        } catch (IOException e) {
          throw new GradwireException(folder + ": expected to remove it, got " + e, e);
        }
      }
    }
  }

  /** Others may be at it, too. */
  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException gone) {
      return;
    }
    Files.deleteIfExists(folder);
  }
}
