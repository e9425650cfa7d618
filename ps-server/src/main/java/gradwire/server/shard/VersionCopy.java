package gradwire.server.shard;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A copy of one version of a shard's vectors, made stripe by stripe while the shard trains on in
 * the other. Whoever needs it, or is to overwrite the version, helps with what is left.
 * Thread-safe.
 */
final class VersionCopy {
  private static final long STRIPE_BYTES = 1 << 20;

  /** So much is copied sooner than a thread begins. */
  private static final long LITTLE_BYTES = 1 << 20;

  private final List<MemorySegment> from;
  private final List<MemorySegment> into;
  private final long stripesPerVector;
  private final long numStripes;
  private final AtomicLong numTaken = new AtomicLong();
  private final AtomicLong numCopied = new AtomicLong();
  private final CountDownLatch done = new CountDownLatch(1);

  /**
   * @param from not to be changed before {@link #await} has returned
   * @param into as many, and as long
   */
  VersionCopy(List<MemorySegment> from, List<MemorySegment> into) {
    this.from = from;
    this.into = into;
    this.stripesPerVector = Math.max(1, Math.ceilDiv(from.getFirst().byteSize(), STRIPE_BYTES));
    this.numStripes = stripesPerVector * from.size();
  }

  /** Copies in the background, or at once if it is little. */
  void start() {
    if (from.getFirst().byteSize() * from.size() <= LITTLE_BYTES) {
      await();
    } else {
      Thread.ofPlatform().daemon().name("snapshot").start(this::await);
    }
  }

  /** Returns when all is copied. */
  void await() {
    for (long stripe = numTaken.getAndIncrement();
        stripe < numStripes;
        stripe = numTaken.getAndIncrement()) {
      copy(stripe);
      if (numCopied.incrementAndGet() == numStripes) {
        done.countDown();
      }
    }
    boolean interrupted = false;
    while (done.getCount() > 0) {
      try {
        done.await();
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void copy(long stripe) {
    int vector = (int) (stripe / stripesPerVector);
    long at = stripe % stripesPerVector * STRIPE_BYTES;
    MemorySegment source = from.get(vector);
    long length = Math.min(STRIPE_BYTES, source.byteSize() - at);
    MemorySegment.copy(source, JAVA_BYTE, at, into.get(vector), JAVA_BYTE, at, length);
  }

  /** The copy; whole once {@link #await} has returned. */
  List<MemorySegment> vectors() {
    return into;
  }
}
