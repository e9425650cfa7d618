package gradwire.trace;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The last events of a task, off the heap: a server's is small. Memory grows by blocks up to the
 * capacity; from then on a new event replaces the oldest. Not thread-safe.
 */
final class EventRing implements AutoCloseable {
  private static final int EVENT_BYTES = 32;
  private static final int BLOCK_EVENTS = 1 << 15;

  /** Where an event's fields lie; 4 bytes are left. */
  private static final int BEGIN = 0;

  private static final int END = 8;
  private static final int DETAIL = 16;
  private static final int LANE_AND_KIND = 24;
  private static final int KIND_BITS = 8;

  private final Arena arena = Arena.ofShared();
  private final int capacity;
  private final MemorySegment[] blocks;
  private long numAdded;

  /**
   * @param capacity in events, at least 1
   */
  EventRing(int capacity) {
    this.capacity = capacity;
    this.blocks = new MemorySegment[Math.ceilDiv(capacity, BLOCK_EVENTS)];
  }

  /**
   * @param kind below 256
   * @param endNanos of a span; an arrow's id
   */
  void add(int lane, int kind, long beginNanos, long endNanos, long detail) {
    int slot = (int) (numAdded % capacity);
    int block = slot / BLOCK_EVENTS;
    if (blocks[block] == null) {
      long numEvents = Math.min(BLOCK_EVENTS, capacity - (long) block * BLOCK_EVENTS);
      blocks[block] = arena.allocate(numEvents * EVENT_BYTES, Long.BYTES);
    }
    MemorySegment memory = blocks[block];
    long at = offset(slot);
    memory.set(JAVA_LONG, at + BEGIN, beginNanos);
    memory.set(JAVA_LONG, at + END, endNanos);
    memory.set(JAVA_LONG, at + DETAIL, detail);
    memory.set(JAVA_INT, at + LANE_AND_KIND, lane << KIND_BITS | kind);
    numAdded++;
  }

  /** How many events there are; they have the indices below, in no order that matters. */
  int size() {
    return (int) Math.min(numAdded, capacity);
  }

  /** How many were replaced by later ones. */
  long numDropped() {
    return numAdded - size();
  }

  long beginNanos(int index) {
    return block(index).get(JAVA_LONG, offset(index) + BEGIN);
  }

  long endNanos(int index) {
    return block(index).get(JAVA_LONG, offset(index) + END);
  }

  long detail(int index) {
    return block(index).get(JAVA_LONG, offset(index) + DETAIL);
  }

  int lane(int index) {
    return laneAndKind(index) >>> KIND_BITS;
  }

  int kind(int index) {
    return laneAndKind(index) & ((1 << KIND_BITS) - 1);
  }

  private int laneAndKind(int index) {
    return block(index).get(JAVA_INT, offset(index) + LANE_AND_KIND);
  }

  private MemorySegment block(int index) {
    return blocks[index / BLOCK_EVENTS];
  }

  private static long offset(int index) {
    return (long) (index % BLOCK_EVENTS) * EVENT_BYTES;
  }

  @Override
  public void close() {
    arena.close();
  }
}
