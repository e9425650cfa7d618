package gradwire.server.checkpoint;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A shard as it was at one moment.
 *
 * @param step steps applied; the optimizer's update number
 * @param replicas by number
 * @param staleness the shard's counts, as {@link gradwire.server.store.ShardStore#staleness} has
 *     them
 * @param vectors {@code [shardLength] float32} each: weights, then the optimizer's slots
 */
public record Snapshot(
    long step, List<Progress> replicas, List<Long> staleness, List<MemorySegment> vectors) {
  public Snapshot {
    replicas = List.copyOf(replicas);
    staleness = List.copyOf(staleness);
    vectors = List.copyOf(vectors);
  }

  /** Makes a snapshot; whoever is given one closes it. */
  public interface Source extends AutoCloseable {
    /** Waits until the copy is made. */
    Snapshot await();

    /** Frees the copy. */
    @Override
    void close();
  }
}
