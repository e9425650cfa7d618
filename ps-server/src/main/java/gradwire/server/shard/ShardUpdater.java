package gradwire.server.shard;

import gradwire.cluster.ShardMap.Chunk;
import gradwire.cluster.ShardMap.Shard;
import gradwire.server.optimizer.Operands;
import gradwire.server.optimizer.SlotState;
import gradwire.server.optimizer.Update;
import gradwire.tensor.SharedPages;
import gradwire.tensor.TensorKind;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * Applies updates to a shard, stripe by stripe, on one thread or, if the shard is long, on several.
 * By loops in C ({@link Update#applyNative}) where there are such, else through arrays ({@link
 * ArrayKernel}), with the same bits. No locks; next to nothing is allocated per update. {@link
 * #apply} is for one thread at a time.
 *
 * <p>The limit is memory: an update touches {@code 4 * (2 + 2 * slots + replicas)} bytes an
 * element, 32 for Adam and two replicas, and each of them once, so that it cannot take less than
 * these bytes over the memory's bandwidth. In the cache, Adam's limit is the divider: a division
 * and a root an element.
 */
final class ShardUpdater implements AutoCloseable {
  /** What a thread takes at a time: longer than a claim by far, shorter than a shard's share. */
  static final int STRIPE_FLOATS = 1 << 16;

  /** From here on threads gain more than waking them costs. */
  static final long PARALLEL_FLOATS = 1 << 20;

  private final long length;
  private final long[] chunkEnds;
  private final TensorKind[] kinds;
  private final int numStripes;
  private final ArrayKernel[] arrays;
  private final ApplyPool pool;

  /** What is being applied; written by the caller before stripes are shared out. */
  private Update update;

  private Operands operands;
  private boolean isNative;

  /**
   * @param state of the shard, its first
   * @param numThreads at most this many threads work on one update
   */
  ShardUpdater(Shard shard, SlotState state, Update first, int numThreads) {
    length = shard.length();
    chunkEnds = ends(shard.chunks());
    kinds = shard.chunks().stream().map(Chunk::kind).toArray(TensorKind[]::new);
    numStripes = Math.toIntExact((length + STRIPE_FLOATS - 1) / STRIPE_FLOATS);
    int used = length < PARALLEL_FLOATS ? 1 : Math.min(numThreads, numStripes);
    arrays = new ArrayKernel[used];
    Arrays.setAll(arrays, thread -> new ArrayKernel(state.slots().length, arrayBlockFloats()));
    update = first;
    operands = withoutGradients(state);
    pool = new ApplyPool(used, numStripes, this::applyStripe);
  }

  private static Operands withoutGradients(SlotState state) {
    return new Operands(state, state, new MemorySegment[0]);
  }

  private int arrayBlockFloats() {
    return length < PARALLEL_FLOATS ? ArrayKernel.IN_CACHE_FLOATS : ArrayKernel.STREAMING_FLOATS;
  }

  private static long[] ends(List<Chunk> chunks) {
    long[] ends = chunks.stream().mapToLong(Chunk::length).toArray();
    Arrays.parallelPrefix(ends, Long::sum);
    return ends;
  }

  /** Applies the mean of the gradients to {@code state}, the outcome going to {@code into}. */
  void apply(Update update, SlotState state, SlotState into, List<MemorySegment> gradients) {
    this.update = update;
    operands = Operands.of(state, into, gradients);
    isNative = Update.isNativeFor(gradients.size());
    try {
      pool.run();
    } finally {
      operands = withoutGradients(state);
    }
  }

  private void applyStripe(int thread, int stripe) {
    long at = (long) stripe * STRIPE_FLOATS;
    long end = Math.min(at + STRIPE_FLOATS, length);
    for (int chunk = chunkOf(at); at < end; chunk++) {
      long chunkEnd = Math.min(end, chunkEnds[chunk]);
      applyRange(thread, kinds[chunk], at, chunkEnd - at);
      at = chunkEnd;
    }
    giveBack((long) stripe * STRIPE_FLOATS, end);
  }

  /** What was read of the gradients, and of the version that is the older now, is read no more. */
  private void giveBack(long from, long end) {
    for (MemorySegment gradient : operands.gradients()) {
      SharedPages.giveBack(gradient, from, end - from);
    }
    SharedPages.giveBack(operands.state().weights(), from, end - from);
    for (MemorySegment slot : operands.state().slots()) {
      SharedPages.giveBack(slot, from, end - from);
    }
  }

  /** The chunk that element {@code at} is in, or an empty one right before it. */
  private int chunkOf(long at) {
    int found = Arrays.binarySearch(chunkEnds, at);
    return found >= 0 ? found + 1 : -found - 1;
  }

  private void applyRange(int thread, TensorKind kind, long at, long numFloats) {
    if (isNative) {
      update.applyNative(operands, kind, at, numFloats);
    } else {
      arrays[thread].apply(update, operands, kind, at, numFloats);
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
