package gradwire.transport.grpc;

import gradwire.tensor.Floats;
import gradwire.transport.TensorBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Off-heap buffers that are used again. Thread-safe. Holds as many as were ever in use at once, in
 * few sizes: every connection has one transfer under way, so memory is bounded by the number of
 * connections.
 */
final class BufferPool implements AutoCloseable {
  private static final int SMALLEST_BYTES = 4096;

  private final Arena arena = Arena.ofShared();
  private final Map<Long, Deque<MemorySegment>> free = new HashMap<>();
  private final Map<Long, MemorySegment> inUse = new HashMap<>();

  /** {@code numBytes} of memory, its content undefined. */
  synchronized MemorySegment acquire(long numBytes) {
    long capacity = capacity(numBytes);
    MemorySegment whole = free.computeIfAbsent(capacity, c -> new ArrayDeque<>()).pollLast();
    if (whole == null) {
      whole = Floats.allocate(arena, (capacity + Float.BYTES - 1) / Float.BYTES);
    }
    inUse.put(whole.address(), whole);
    return whole.asSlice(0, numBytes);
  }

  private static long capacity(long numBytes) {
    return Math.max(SMALLEST_BYTES, numBytes);
  }

  /** Buffers that nobody has released yet. */
  synchronized int numInUse() {
    return inUse.size();
  }

  /** Gives back what {@link #acquire} returned. */
  synchronized void release(MemorySegment buffer) {
    MemorySegment whole = inUse.remove(buffer.address());
    if (whole == null) {
      throw new IllegalStateException("buffer released twice");
    }
    free.computeIfAbsent(whole.byteSize(), c -> new ArrayDeque<>()).addLast(whole);
  }

  /** Hands a buffer of this pool over to whoever releases it. */
  TensorBuffer owned(MemorySegment buffer) {
    return new TensorBuffer() {
      @Override
      public MemorySegment memory() {
        return buffer;
      }

      @Override
      public void release() {
        BufferPool.this.release(buffer);
      }
    };
  }

  @Override
  public void close() {
    arena.close();
  }
}
