package gradwire.server.checkpoint;

import gradwire.config.Consistency;
import gradwire.transport.ShardSettings;
import java.nio.file.Path;
import java.util.Optional;

/** Where a server's checkpoints go, and which it begins with. */
public interface Checkpoints {
  /** Nothing is written, and nothing was. */
  Checkpoints NONE = in(Optional.empty());

  /** A run from its first step on. */
  static FileCheckpoints in(Optional<Path> root) {
    return new FileCheckpoints(root, Optional::empty, Optional.empty());
  }

  /**
   * Asked before a run begins.
   *
   * @throws gradwire.error.UsageException if nothing can be written where it should
   */
  default void requireWritable() {}

  /** Takes a shard's part of them. */
  SnapshotWriter writer(ShardSettings settings, long layoutFingerprint);

  /**
   * How servers agree on a moment; empty where they need not, see {@link #needsBoard}, or cannot.
   */
  Optional<CutBoard> board(ShardSettings settings);

  /**
   * The checkpoint to begin with, if any.
   *
   * @throws gradwire.error.GradwireException if it is damaged, or of another run
   */
  Optional<Restorable> restored(ShardSettings settings, long layoutFingerprint);

  /** Tells the checkpoint that a server begins with from others, if servers may disagree. */
  default String origin() {
    return "";
  }

  /** Whether servers have to agree on a moment: they are not in step, and there are several. */
  static boolean needsBoard(ShardSettings settings) {
    return settings.numShards() > 1
        && settings.checkpoint().everySteps() > 0
        && switch (settings.consistency()) {
          case Consistency.Sync ignored -> false;
          case Consistency.Async() -> true;
          case Consistency.Ssp ignored -> true;
        };
  }
}
