package gradwire.transport.grpc;

import java.util.Map;
import java.util.TreeMap;

/** Which floats of a transfer have come; in whatever order, some of them twice. One thread. */
final class Coverage {
  private final TreeMap<Long, Long> islands = new TreeMap<>();
  private long total;

  /** Floats {@code [0, prefix)} are there. */
  private long prefix;

  /** Begins anew: nothing of {@code total} floats is there. */
  void begin(long total) {
    this.total = total;
    prefix = 0;
    islands.clear();
  }

  boolean contains(long begin, long end) {
    if (end <= prefix) {
      return true;
    }
    Map.Entry<Long, Long> island = islands.floorEntry(begin);
    return island != null && island.getValue() >= end;
  }

  /** Floats {@code [begin, end)} have come. */
  void add(long begin, long end) {
    if (begin <= prefix) {
      prefix = Math.max(prefix, end);
    } else {
      addIsland(begin, end);
    }
    while (!islands.isEmpty() && islands.firstKey() <= prefix) {
      prefix = Math.max(prefix, islands.pollFirstEntry().getValue());
    }
  }

  /** Floats {@code [begin, end)} are no longer what came. */
  void remove(long begin, long end) {
    if (begin < Math.min(end, prefix)) {
      if (end < prefix) {
        addIsland(end, prefix);
      }
      prefix = begin;
    }
    Map.Entry<Long, Long> island = islands.lowerEntry(end);
    while (island != null && island.getValue() > begin && begin < end) {
      islands.remove(island.getKey());
      if (island.getKey() < begin) {
        islands.put(island.getKey(), begin);
      }
      if (island.getValue() > end) {
        islands.put(end, island.getValue());
      }
      island = islands.lowerEntry(Math.min(end, island.getKey()));
    }
  }

  private void addIsland(long begin, long end) {
    long from = begin;
    long to = end;
    Map.Entry<Long, Long> neighbour = islands.floorEntry(to);
    while (neighbour != null && neighbour.getValue() >= from) {
      from = Math.min(from, neighbour.getKey());
      to = Math.max(to, neighbour.getValue());
      islands.remove(neighbour.getKey());
      neighbour = islands.floorEntry(to);
    }
    islands.put(from, to);
  }

  /** Floats from the first on, without a gap. */
  long prefix() {
    return prefix;
  }

  boolean isComplete() {
    return prefix >= total;
  }
}
