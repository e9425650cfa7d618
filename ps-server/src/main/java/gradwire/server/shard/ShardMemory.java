package gradwire.server.shard;

import gradwire.cluster.ShardMap.Chunk;
import gradwire.cluster.ShardMap.Shard;
import gradwire.server.checkpoint.CheckpointWriter;
import gradwire.server.optimizer.Optimizer;
import gradwire.server.optimizer.Update;
import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Weights and optimizer slots of one shard, off-heap, and the step that changes them: reduction
 * over replicas and optimizer fused over blocks that stay in the cache. One thread at a time.
 */
public final class ShardMemory implements CheckpointWriter.Source, AutoCloseable {
  /** 16 KiB a block: weights, gradient and three slots fit in the first-level cache and a bit. */
  static final int BLOCK_FLOATS = 4096;

  private final Shard shard;
  private final Optimizer optimizer;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment weights;
  private final List<MemorySegment> slots = new ArrayList<>();
  private final float[] weightBlock = new float[BLOCK_FLOATS];
  private final float[][] slotBlocks;

  public ShardMemory(Shard shard, Optimizer optimizer) {
    this.shard = shard;
    this.optimizer = optimizer;
    this.slotBlocks = new float[optimizer.numSlots()][BLOCK_FLOATS];
    try {
      this.weights = Floats.allocate(arena, shard.length());
      for (int slot = 0; slot < optimizer.numSlots(); slot++) {
        slots.add(filled(optimizer.initialSlotValue(slot)));
      }
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
   * One optimizer step on the mean of the gradients.
   *
   * @param updateNumber n-th update of this shard, from 1
   * @param gradients {@code [shard.length] float32} each, in replica order; added in the order of a
   *     binary tree that depends on their number alone
   */
  public void apply(long updateNumber, List<MemorySegment> gradients) {
    Update update = optimizer.at(updateNumber);
    ReplicaMean mean = new ReplicaMean(gradients, BLOCK_FLOATS);
    long begin = 0;
    for (Chunk chunk : shard.chunks()) {
      long end = begin + chunk.length();
      for (long at = begin; at < end; at += BLOCK_FLOATS) {
        int length = (int) Math.min(BLOCK_FLOATS, end - at);
        applyBlock(update, mean, chunk, at, length);
      }
      begin = end;
    }
  }

  private void applyBlock(Update update, ReplicaMean mean, Chunk chunk, long at, int length) {
    Floats.read(weights, at, weightBlock, length);
    for (int slot = 0; slot < slotBlocks.length; slot++) {
      Floats.read(slots.get(slot), at, slotBlocks[slot], length);
    }
    update.apply(weightBlock, slotBlocks, mean.block(at, length), length, chunk.kind());
    Floats.write(weightBlock, weights, at, length);
    for (int slot = 0; slot < slotBlocks.length; slot++) {
      Floats.write(slotBlocks[slot], slots.get(slot), at, length);
    }
  }

  private MemorySegment filled(float value) {
    MemorySegment slot = Floats.allocate(arena, shard.length());
    if (value != 0) {
      float[] block = new float[BLOCK_FLOATS];
      Arrays.fill(block, value);
      for (long at = 0; at < shard.length(); at += BLOCK_FLOATS) {
        Floats.write(block, slot, at, (int) Math.min(BLOCK_FLOATS, shard.length() - at));
      }
    }
    return slot;
  }

  @Override
  public void close() {
    arena.close();
  }
}
