package gradwire.server.shard;

import gradwire.cluster.ShardMap.Chunk;
import gradwire.cluster.ShardMap.Shard;
import gradwire.server.optimizer.LaneSupport;
import gradwire.server.optimizer.SlotState;
import gradwire.server.optimizer.Update;
import gradwire.tensor.SharedPages;
import gradwire.tensor.TensorKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * Applies updates to a shard, stripe by stripe, on one thread or, if the shard is long, on several.
 * No locks; nothing but views of the gradients is allocated per update. {@link #apply} is for one
 * thread at a time.
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

  private static final List<MemorySegment> NONE = List.of();

  private final long length;
  private final long[] chunkEnds;
  private final TensorKind[] kinds;
  private final int numStripes;
  private final BlockKernel[] arrays;
  private final BlockKernel[] lanes;
  private final ApplyPool pool;
  private final PlainViews views;
  private final LaneChoice choice = new LaneChoice(LaneSupport.isHere());

  /** What is being applied; written by the caller before stripes are shared out. */
  private BlockKernel[] kernels;

  private List<MemorySegment> gradients = NONE;
  private Update update;
  private SlotState state;

  /** What the kernels see: on lanes, views of it all. */
  private List<MemorySegment> seenGradients = NONE;

  private SlotState seenState;
  private SlotState seenInto;

  /**
   * @param state of the shard, its first
   * @param arena keeps scratch memory
   * @param numThreads at most this many threads work on one update
   */
  ShardUpdater(Shard shard, SlotState state, Update first, Arena arena, int numThreads) {
    int numSlots = state.slots().length;
    length = shard.length();
    chunkEnds = ends(shard.chunks());
    kinds = shard.chunks().stream().map(Chunk::kind).toArray(TensorKind[]::new);
    numStripes = Math.toIntExact((length + STRIPE_FLOATS - 1) / STRIPE_FLOATS);
    int used = length < PARALLEL_FLOATS ? 1 : Math.min(numThreads, numStripes);
    arrays = kernels(used, () -> new ArrayKernel(numSlots, arrayBlockFloats()));
    lanes = LaneSupport.isHere() ? kernels(used, () -> new LaneKernel(numSlots, arena)) : arrays;
    kernels = arrays;
    update = first;
    this.state = state;
    seenState = state;
    seenInto = state;
    views = new PlainViews(state);
    pool = new ApplyPool(used, numStripes, this::applyStripe);
  }

  private int arrayBlockFloats() {
    return length < PARALLEL_FLOATS ? ArrayKernel.IN_CACHE_FLOATS : ArrayKernel.STREAMING_FLOATS;
  }

  private static long[] ends(List<Chunk> chunks) {
    long[] ends = chunks.stream().mapToLong(Chunk::length).toArray();
    Arrays.parallelPrefix(ends, Long::sum);
    return ends;
  }

  private static BlockKernel[] kernels(int numThreads, Supplier<BlockKernel> kernel) {
    BlockKernel[] kernels = new BlockKernel[numThreads];
    Arrays.setAll(kernels, thread -> kernel.get());
    return kernels;
  }

  /** Applies the mean of the gradients to {@code state}, the outcome going to {@code into}. */
  void apply(Update update, SlotState state, SlotState into, List<MemorySegment> gradients) {
    this.update = update;
    this.state = state;
    this.gradients = gradients;
    boolean onLanes = choice.isOnLanes();
    kernels = onLanes ? lanes : arrays;
    seenState = onLanes ? views.of(state) : state;
    seenInto = onLanes ? views.of(into) : into;
    seenGradients = onLanes ? views.of(gradients) : gradients;
    long begunNanos = System.nanoTime();
    try {
      pool.run();
    } finally {
      this.gradients = NONE;
      seenGradients = NONE;
    }
    choice.took(length, System.nanoTime() - begunNanos);
  }

  private void applyStripe(int thread, int stripe) {
    long at = (long) stripe * STRIPE_FLOATS;
    long end = Math.min(at + STRIPE_FLOATS, length);
    for (int chunk = chunkOf(at); at < end; chunk++) {
      long chunkEnd = Math.min(end, chunkEnds[chunk]);
      applyBlocks(kernels[thread], kinds[chunk], at, chunkEnd);
      at = chunkEnd;
    }
    giveBack((long) stripe * STRIPE_FLOATS, end);
  }

  /** What was read of the gradients, and of the version that is the older now, is read no more. */
  private void giveBack(long from, long end) {
    for (int i = 0; i < gradients.size(); i++) {
      SharedPages.giveBack(gradients.get(i), from, end - from);
    }
    SharedPages.giveBack(state.weights(), from, end - from);
    for (MemorySegment slot : state.slots()) {
      SharedPages.giveBack(slot, from, end - from);
    }
  }

  /** The chunk that element {@code at} is in, or an empty one right before it. */
  private int chunkOf(long at) {
    int found = Arrays.binarySearch(chunkEnds, at);
    return found >= 0 ? found + 1 : -found - 1;
  }

  private void applyBlocks(BlockKernel kernel, TensorKind kind, long from, long end) {
    for (long at = from; at < end; at += kernel.blockFloats()) {
      int blockFloats = (int) Math.min(kernel.blockFloats(), end - at);
      kernel.apply(update, seenState, seenInto, seenGradients, kind, at, blockFloats);
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
