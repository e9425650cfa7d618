package gradwire.trace;

import java.util.Arrays;

/**
 * A ring's events by time: a span before those within it. Sorted as {@code long}s, time above and
 * index below, so that a million events take 8 MB.
 */
final class TimeOrder {
  private final EventRing ring;
  private final long[] keys;
  private final long indexMask;

  TimeOrder(EventRing ring) {
    this.ring = ring;
    this.keys = new long[ring.size()];
    int indexBits = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, ring.size() - 1));
    this.indexMask = (1L << indexBits) - 1;
    fill(indexBits);
    Arrays.sort(keys);
    settleTies();
  }

  /** Ring index of the {@code position}-th event. */
  int at(int position) {
    return (int) (keys[position] & indexMask);
  }

  private void fill(int indexBits) {
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    for (int i = 0; i < keys.length; i++) {
      first = Math.min(first, ring.beginNanos(i));
      last = Math.max(last, ring.beginNanos(i));
    }
    int timeBits = Long.SIZE - Long.numberOfLeadingZeros(Math.max(1, last - first));
    int coarser = Math.max(0, timeBits + indexBits - (Long.SIZE - 1));
    for (int i = 0; i < keys.length; i++) {
      keys[i] = (ring.beginNanos(i) - first) >> coarser << indexBits | i;
    }
  }

  /** What the keys can't tell apart lies side by side already: insertion. */
  private void settleTies() {
    for (int i = 1; i < keys.length; i++) {
      long key = keys[i];
      int to = i;
      while (to > 0 && isBefore((int) (key & indexMask), at(to - 1))) {
        keys[to] = keys[to - 1];
        to--;
      }
      keys[to] = key;
    }
  }

  private boolean isBefore(int a, int b) {
    int byBegin = Long.compare(ring.beginNanos(a), ring.beginNanos(b));
    return byBegin != 0 ? byBegin < 0 : lengthNanos(a) > lengthNanos(b);
  }

  private long lengthNanos(int index) {
    return EventKind.isSpan(ring.kind(index)) ? ring.endNanos(index) - ring.beginNanos(index) : 0;
  }
}
