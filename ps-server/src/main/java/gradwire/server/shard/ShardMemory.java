package gradwire.server.shard;

import gradwire.cluster.ShardMap.Shard;
import gradwire.server.checkpoint.CheckpointWriter;
import gradwire.server.optimizer.Optimizer;
import gradwire.server.optimizer.SlotState;
import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Weights and optimizer slots of one shard, off-heap, and the step that changes them: reduction
 * over replicas and optimizer fused over blocks that stay in the cache. One thread at a time; a
 * long shard has threads of its own that help it, see {@link ShardUpdater}.
 */
public final class ShardMemory implements CheckpointWriter.Source, AutoCloseable {
  private static final int FILL_FLOATS = 4096;

  private final Shard shard;
  private final Optimizer optimizer;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment weights;
  private final List<MemorySegment> slots = new ArrayList<>();
  private final ShardUpdater updater;

  /** With as many threads as there are cores. */
  public ShardMemory(Shard shard, Optimizer optimizer) {
    this(shard, optimizer, Runtime.getRuntime().availableProcessors());
  }

  /**
   * @param numThreads at most this many work on one update, the caller's among them
   */
  public ShardMemory(Shard shard, Optimizer optimizer, int numThreads) {
    this.shard = shard;
    this.optimizer = optimizer;
    try {
      this.weights = Floats.allocate(arena, shard.length());
      for (int slot = 0; slot < optimizer.numSlots(); slot++) {
        slots.add(filled(optimizer.initialSlotValue(slot)));
      }
      this.updater = updater(numThreads);
    } catch (OutOfMemoryError e) {
      arena.close();
      throw e;
    }
  }

  /** {@code [shard.length] float32}, live. */
  @Override
  public MemorySegment weights() {
    return weights;
  }

  /** {@code [shard.length] float32} each, live, in the optimizer's order. */
  @Override
  public List<MemorySegment> slots() {
    return List.copyOf(slots);
  }

  @Override
  public Shard shard() {
    return shard;
  }

  /**
   * One optimizer step on the mean of the gradients; returns when it is done on all threads.
   *
   * @param updateNumber n-th update of this shard, from 1
   * @param gradients {@code [shard.length] float32} each, off-heap and of no single thread's arena,
   *     in replica order; added in the order of a binary tree that depends on their number alone
   * @throws gradwire.error.GradwireException if a part of it failed; the weights are of no use then
   */
  public void apply(long updateNumber, List<MemorySegment> gradients) {
    updater.apply(optimizer.at(updateNumber), gradients);
  }

  private MemorySegment filled(float value) {
    MemorySegment slot = Floats.allocate(arena, shard.length());
    if (value != 0) {
      float[] block = new float[FILL_FLOATS];
      Arrays.fill(block, value);
      for (long at = 0; at < shard.length(); at += FILL_FLOATS) {
        Floats.write(block, slot, at, (int) Math.min(FILL_FLOATS, shard.length() - at));
      }
    }
    return slot;
  }

  private ShardUpdater updater(int numThreads) {
    SlotState state = new SlotState(weights, slots.toArray(MemorySegment[]::new));
    return new ShardUpdater(shard, state, optimizer.at(1), arena, numThreads);
  }

  @Override
  public void close() {
    updater.close();
    arena.close();
  }
}
