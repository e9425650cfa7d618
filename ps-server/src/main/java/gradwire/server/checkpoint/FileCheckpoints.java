package gradwire.server.checkpoint;

import gradwire.transport.ShardSettings;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Checkpoints in a folder that all servers of a run see. Immutable.
 *
 * @param root the folder; empty: nothing is written
 * @param job what is known of the job; asked when something is written
 * @param begin the checkpoint that a shard without values begins with, instead of the chief's
 * @param origin tells that one from others, if servers may disagree about it; else empty
 */
public record FileCheckpoints(
    Optional<Path> root, Supplier<Optional<JobMark>> job, Optional<Path> begin, String origin)
    implements Checkpoints {
  /** With a checkpoint that all servers are told of in one place. */
  public FileCheckpoints(
      Optional<Path> root, Supplier<Optional<JobMark>> job, Optional<Path> begin) {
    this(root, job, begin, "");
  }

  /** The same, of a server that somebody had begin with a checkpoint. */
  public FileCheckpoints begunWith(Checkpoint checkpoint) {
    return new FileCheckpoints(
        root,
        job,
        Optional.of(checkpoint.folder()),
        checkpoint.name() + " of SHA-256 " + checkpoint.manifest().sha256());
  }

  @Override
  public void requireWritable() {
    root.ifPresent(CheckpointWriter::requireFolder);
  }

  @Override
  public CheckpointWriter writer(ShardSettings settings, long layoutFingerprint) {
    return new CheckpointWriter(
        root, settings, () -> RunMark.of(job.get(), layoutFingerprint, settings));
  }

  @Override
  public Optional<CutBoard> board(ShardSettings settings) {
    return root.filter(folder -> Checkpoints.needsBoard(settings)).map(CutFile::new);
  }

  @Override
  public Optional<Restorable> restored(ShardSettings settings, long layoutFingerprint) {
    return begin.map(
        folder -> {
          Checkpoint checkpoint = Checkpoint.open(folder);
          checkpoint.requireOf(RunMark.of(Optional.empty(), layoutFingerprint, settings));
          return checkpoint;
        });
  }
}
