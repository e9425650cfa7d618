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
 * Off-heap buffers. Thread-safe. What is needed again and again is kept for the next use ({@link
 * #acquire}), so that no page has to be had from the system twice: as many buffers as were ever in
 * use at once, in few sizes; every connection has one transfer under way, so memory is bounded by
 * the number of connections. What is needed once ({@link #acquireOnce}) goes back to the system.
 */
final class BufferPool implements AutoCloseable {
  private static final int SMALLEST_BYTES = 4096;

  /** A buffer that lives by itself. */
  private static final class Single {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;

    Single(long numBytes) {
      memory = allocate(arena, numBytes);
    }

    void close() {
      arena.close();
    }
  }

  private final Arena arena = Arena.ofShared();
  private final Map<Long, Deque<MemorySegment>> free = new HashMap<>();
  private final Map<Long, MemorySegment> inUse = new HashMap<>();
  private final Map<Long, Single> inUseOnce = new HashMap<>();

  /** {@code numBytes} of memory, its content undefined; kept when released. */
  synchronized MemorySegment acquire(long numBytes) {
    long capacity = capacity(numBytes);
    MemorySegment whole = free.computeIfAbsent(capacity, c -> new ArrayDeque<>()).pollLast();
    if (whole == null) {
      whole = allocate(arena, capacity);
    }
    inUse.put(whole.address(), whole);
    return whole.asSlice(0, numBytes);
  }

  /** {@code numBytes} of memory, its content undefined; the system's again when released. */
  synchronized MemorySegment acquireOnce(long numBytes) {
    Single single = new Single(capacity(numBytes));
    inUseOnce.put(single.memory.address(), single);
    return single.memory.asSlice(0, numBytes);
  }

  private static MemorySegment allocate(Arena arena, long numBytes) {
    return Floats.allocate(arena, (numBytes + Float.BYTES - 1) / Float.BYTES);
  }

  private static long capacity(long numBytes) {
    return Math.max(SMALLEST_BYTES, numBytes);
  }

  /** Buffers that nobody has released yet. */
  synchronized int numInUse() {
    return inUse.size() + inUseOnce.size();
  }

  /** Gives back what {@link #acquire} or {@link #acquireOnce} returned. */
  synchronized void release(MemorySegment buffer) {
    Single single = inUseOnce.remove(buffer.address());
    if (single != null) {
      single.close();
    } else {
      keep(buffer);
    }
  }

  private void keep(MemorySegment buffer) {
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
  public synchronized void close() {
    inUseOnce.values().forEach(Single::close);
    inUseOnce.clear();
    arena.close();
  }
}
