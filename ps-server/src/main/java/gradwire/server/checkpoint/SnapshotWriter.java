package gradwire.server.checkpoint;

/** Takes a shard's snapshots to where they outlive the machine. */
public interface SnapshotWriter extends AutoCloseable {
  /** Whether snapshots are due every so many steps. */
  boolean isPeriodic();

  /** Whether one is due with {@code step}. */
  boolean isDue(long step);

  /**
   * Whether nothing is being written; else that is told.
   *
   * @param step of the snapshot that would be left out
   */
  boolean isIdle(long step);

  /** Writes it soon, and closes it; not if another is being written. */
  void saveLater(long step, Snapshot.Source source);

  /** Writes it before it returns, after any that is still being written. */
  void saveFinal(Snapshot snapshot);

  /** Nothing is read from the shard's memory when this has returned, if it was in time. */
  @Override
  void close();
}
