package gradwire.server.checkpoint;

import gradwire.config.Consistency;
import gradwire.transport.ShardSettings;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where a server's checkpoints go, and which it begins with. Immutable.
 *
 * @param root the same folder for all servers of a run; empty: nothing is written
 * @param job what is known of the job; asked when something is written
 * @param restored the checkpoint that a shard without values begins with, instead of the chief's
 * @param origin tells that one from others, if servers may disagree about it; else empty
 */
public record Checkpoints(
    Optional<Path> root, Supplier<Optional<JobMark>> job, Optional<Path> restored, String origin) {
  /** Nothing is written, and nothing was. */
  public static final Checkpoints NONE = in(Optional.empty());

  /** With a checkpoint that all servers are told of in one place. */
  public Checkpoints(
      Optional<Path> root, Supplier<Optional<JobMark>> job, Optional<Path> restored) {
    this(root, job, restored, "");
  }

  /** A run from its first step on. */
  public static Checkpoints in(Optional<Path> root) {
    return new Checkpoints(root, Optional::empty, Optional.empty());
  }

  /** The same, of a server that somebody had begin with a checkpoint. */
  public Checkpoints begunWith(Checkpoint checkpoint) {
    return new Checkpoints(
        root,
        job,
        Optional.of(checkpoint.folder()),
        checkpoint.name() + " of SHA-256 " + checkpoint.manifest().sha256());
  }

  /** Writes a shard's part of them. */
  public CheckpointWriter writer(ShardSettings settings, long layoutFingerprint) {
    return new CheckpointWriter(
        root, settings, () -> RunMark.of(job.get(), layoutFingerprint, settings));
  }

  /**
   * How servers agree on a moment; empty where they need not, as they are in step, or there is but
   * one.
   */
  public Optional<CutBoard> board(ShardSettings settings) {
    boolean isNeeded =
        settings.numShards() > 1
            && settings.checkpoint().everySteps() > 0
            && switch (settings.consistency()) {
              case Consistency.Sync ignored -> false;
              case Consistency.Async() -> true;
              case Consistency.Ssp ignored -> true;
            };
    return root.filter(folder -> isNeeded).map(CutBoard::new);
  }

  /**
   * The checkpoint to begin with, if any.
   *
   * @throws gradwire.error.GradwireException if it is damaged, or of another run
   */
  public Optional<Checkpoint> restored(ShardSettings settings, long layoutFingerprint) {
    return restored.map(
        folder -> {
          Checkpoint checkpoint = Checkpoint.open(folder);
          checkpoint.requireOf(RunMark.of(Optional.empty(), layoutFingerprint, settings));
          return checkpoint;
        });
  }
}
