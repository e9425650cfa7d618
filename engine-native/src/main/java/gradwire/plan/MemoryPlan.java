package gradwire.plan;

import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Lays buffers out in one piece of memory, so that those that are in use at one moment don't
 * overlap; the others may. Moments are numbered. One thread.
 */
public final class MemoryPlan {
  /** A cache line. */
  private static final long ALIGNMENT_FLOATS = 16;

  /**
   * A buffer.
   *
   * @param numFloats rounded up to whole cache lines
   * @param from the first moment that it is in use
   * @param to the last
   */
  private record Lifetime(long numFloats, int from, int to) {
    boolean meets(Lifetime other) {
      return from <= other.to && other.from <= to;
    }
  }

  private final List<Lifetime> lifetimes = new ArrayList<>();
  private final List<Long> offsets = new ArrayList<>();

  /**
   * A buffer that is in use from moment {@code from} to moment {@code to}, both included.
   *
   * @return its number
   */
  int reserve(long numFloats, int from, int to) {
    long whole = Math.ceilDiv(numFloats, ALIGNMENT_FLOATS) * ALIGNMENT_FLOATS;
    Lifetime lifetime = new Lifetime(whole, from, to);
    offsets.add(firstFit(lifetime));
    lifetimes.add(lifetime);
    return lifetimes.size() - 1;
  }

  /** The lowest offset where it overlaps with none that is in use at the same moment. */
  private long firstFit(Lifetime lifetime) {
    long offset = 0;
    boolean moved = true;
    while (moved) {
      moved = false;
      for (int i = 0; i < lifetimes.size(); i++) {
        Lifetime other = lifetimes.get(i);
        boolean overlaps =
            offsets.get(i) < offset + lifetime.numFloats()
                && offset < offsets.get(i) + other.numFloats();
        if (overlaps && lifetime.meets(other)) {
          offset = offsets.get(i) + other.numFloats();
          moved = true;
        }
      }
    }
    return offset;
  }

  /** Floats of the whole. */
  public long numFloats() {
    long end = 0;
    for (int i = 0; i < lifetimes.size(); i++) {
      end = Math.max(end, offsets.get(i) + lifetimes.get(i).numFloats());
    }
    return end;
  }

  /** Every buffer's memory, by number; zeros at first. */
  List<MemorySegment> allocate(Arena arena) {
    MemorySegment whole = Floats.allocate(arena, numFloats());
    return cut((offset, numFloats) -> Floats.slice(whole, offset, numFloats));
  }

  /**
   * Every buffer's memory, by number.
   *
   * @param slice of the whole, by offset and length in floats
   */
  public <M> List<M> cut(Slice<M> slice) {
    List<M> buffers = new ArrayList<>();
    for (int i = 0; i < lifetimes.size(); i++) {
      buffers.add(slice.of(offsets.get(i), lifetimes.get(i).numFloats()));
    }
    return buffers;
  }

  /** Cuts memory of one kind. */
  @FunctionalInterface
  public interface Slice<M> {
    M of(long offset, long numFloats);
  }
}
