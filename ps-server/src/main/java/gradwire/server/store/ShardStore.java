package gradwire.server.store;

import java.lang.foreign.MemorySegment;

/**
 * A shard's vectors in one or two versions, and a table that says which version counts and what is
 * in it. One thread at a time.
 *
 * <p>With two versions a change is written into the one that does not count, and counts, table and
 * all, once {@link #publish} has stored one word: whenever the process ends, what is found
 * afterwards is the state before the change or the state after it.
 */
public interface ShardStore extends AutoCloseable {
  /** 2, or 1 where changes are made in place and a sudden end leaves nothing of use. */
  int numVersions();

  /**
   * {@code [shardLength] float32}, live.
   *
   * @param version below {@link #numVersions}
   * @param vector 0: weights; from 1: the optimizer's slots
   */
  MemorySegment vector(int version, int vector);

  /** The table that counts; not to be changed. */
  ShardTable current();

  /** The table to fill in for the next {@link #publish}; its content is undefined before. */
  ShardTable next();

  /** From here on {@link #next} counts, and the version of the vectors that it names. */
  void publish();

  /** {@code [Staleness] int64}; changed in place, so a sudden end may miss the last count. */
  MemorySegment staleness();

  /** Returns when the state is on the disk, if that is where it lies: it outlives the machine. */
  void force();

  /** Lets the memory go; what outlives the process stays as it is. */
  @Override
  void close();
}
