package gradwire.server.shard;

import gradwire.cluster.ShardMap.Shard;
import gradwire.server.checkpoint.Restorable;
import gradwire.server.optimizer.Optimizer;
import gradwire.server.optimizer.SlotState;
import gradwire.server.store.MemoryStore;
import gradwire.server.store.ShardStore;
import gradwire.tensor.Floats;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Weights and optimizer slots of one shard, off-heap, and the step that changes them: reduction
 * over replicas and optimizer fused over blocks that stay in the cache. Where the store has two
 * versions, a step reads one and writes the other. One thread at a time; a long shard has threads
 * of its own that help it, see {@link ShardUpdater}.
 */
public final class ShardMemory implements AutoCloseable {
  private static final int FILL_FLOATS = 4096;

  // Segments on arrays exist before updates are compiled: were the first one made later, by the
  // first checkpoint say, all that was compiled for segments off the heap alone would be thrown
  // away, and updates of a long shard would take seconds until it is compiled again.
  static {
    var unused = MemorySegment.ofArray(new byte[0]);
  }

  private final Shard shard;
  private final Optimizer optimizer;
  private final ShardStore store;
  private final SlotState[] versions;
  private final ShardUpdater updater;
  private int version;

  /** The last copy, and which version it is of; null once that may be overwritten. */
  private @Nullable VersionCopy copy;

  private int copied;

  /** In this process's memory, with as many threads as there are cores. */
  public ShardMemory(Shard shard, Optimizer optimizer) {
    this(shard, optimizer, Runtime.getRuntime().availableProcessors());
  }

  /**
   * In this process's memory.
   *
   * @param numThreads at most this many work on one update, the caller's among them
   */
  public ShardMemory(Shard shard, Optimizer optimizer, int numThreads) {
    this(
        shard, optimizer, new MemoryStore(shard.length(), 1 + optimizer.numSlots(), 0), numThreads);
    fillSlots();
  }

  /**
   * In {@code store}, which is closed with it.
   *
   * @param numThreads at most this many work on one update, the caller's among them
   */
  ShardMemory(Shard shard, Optimizer optimizer, ShardStore store, int numThreads) {
    this.shard = shard;
    this.optimizer = optimizer;
    this.store = store;
    this.versions = new SlotState[store.numVersions()];
    Arrays.setAll(versions, this::state);
    this.version = 0;
    this.updater = new ShardUpdater(shard, versions[0], optimizer.at(1), numThreads);
  }

  private SlotState state(int ofVersion) {
    MemorySegment[] slots = new MemorySegment[optimizer.numSlots()];
    Arrays.setAll(slots, slot -> store.vector(ofVersion, 1 + slot));
    return new SlotState(store.vector(ofVersion, 0), slots);
  }

  /** Gives the slots of a new shard their first values. */
  void fillSlots() {
    for (int slot = 0; slot < optimizer.numSlots(); slot++) {
      fill(versions[version].slots()[slot], optimizer.initialSlotValue(slot));
    }
  }

  private void fill(MemorySegment slot, float value) {
    if (value != 0) {
      float[] block = new float[FILL_FLOATS];
      Arrays.fill(block, value);
      for (long at = 0; at < shard.length(); at += FILL_FLOATS) {
        Floats.write(block, slot, at, (int) Math.min(FILL_FLOATS, shard.length() - at));
      }
    }
  }

  /** Which of the store's versions holds the state. */
  int version() {
    return version;
  }

  /** Goes on from what the store holds in {@code present}. */
  void resume(int present) {
    version = present;
  }

  /** Goes on from a checkpoint. */
  void restore(Restorable from) {
    from.read(shard.begin(), vectors());
  }

  /** {@code [shard.length] float32}, live. */
  public MemorySegment weights() {
    return versions[version].weights();
  }

  /** The weights before the last {@link #apply}; only with two versions, until the next. */
  MemorySegment weightsBefore() {
    return versions[other()].weights();
  }

  private int other() {
    return (version + 1) % versions.length;
  }

  /** {@code [shard.length] float32} each, live: weights, then slots in the optimizer's order. */
  public List<MemorySegment> vectors() {
    List<MemorySegment> vectors = new ArrayList<>(List.of(versions[version].slots()));
    vectors.addFirst(weights());
    return vectors;
  }

  /**
   * Room for a copy.
   *
   * @throws OutOfMemoryError if there is none
   */
  CopyRoom room() {
    return new CopyRoom(shard.length(), 1 + optimizer.numSlots());
  }

  /**
   * Begins a copy of what is here now. The update after the next one, or with one version the next,
   * waits until it is made.
   */
  VersionCopy copy(List<MemorySegment> into) {
    awaitCopy();
    VersionCopy next = new VersionCopy(vectors(), into);
    copy = next;
    copied = version;
    return next;
  }

  private void awaitCopy() {
    if (copy != null) {
      copy.await();
      copy = null;
    }
  }

  /**
   * Applies gradients, one after the other, to a copy of this shard, in place. Any thread.
   *
   * @param vectors weights and slots
   * @param updateNumber of the first
   */
  void applyTo(List<MemorySegment> vectors, long updateNumber, List<MemorySegment> gradients) {
    SlotState state =
        new SlotState(
            vectors.getFirst(), vectors.subList(1, vectors.size()).toArray(MemorySegment[]::new));
    try (ShardUpdater one = new ShardUpdater(shard, state, optimizer.at(updateNumber), 1)) {
      for (int i = 0; i < gradients.size(); i++) {
        one.apply(optimizer.at(updateNumber + i), state, state, List.of(gradients.get(i)));
      }
    }
  }

  /**
   * One optimizer step on the mean of the gradients; returns when it is done on all threads.
   *
   * @param updateNumber n-th update of this shard, from 1
   * @param gradients {@code [shard.length] float32} each, off-heap and of no single thread's arena,
   *     in replica order; added in the order of a binary tree that depends on their number alone
   * @throws gradwire.error.GradwireException if a part of it failed; with one version the weights
   *     are of no use then
   */
  public void apply(long updateNumber, List<MemorySegment> gradients) {
    int into = other();
    if (copied == into) {
      awaitCopy();
    }
    updater.apply(optimizer.at(updateNumber), versions[version], versions[into], gradients);
    version = into;
  }

  @Override
  public void close() {
    awaitCopy();
    updater.close();
    store.close();
  }
}
