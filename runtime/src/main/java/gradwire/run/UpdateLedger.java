package gradwire.run;

import gradwire.error.GradwireException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One replica's {@link UpdateCounts} in memory that outlives it: two copies, the older of which is
 * overwritten and then made the present one by a single store. Whenever the process is killed, one
 * whole copy is there. One thread.
 */
public final class UpdateLedger implements AutoCloseable {
  private static final long NUM_BYTES = 256;

  /** "gwledgr1". */
  private static final long MAGIC = 0x6777_6c65_6467_7231L;

  private static final long VERSION_AT = 8;
  private static final long COPIES_AT = 64;
  private static final long COPY_BYTES = 64;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final VarHandle VERSION = LONG.varHandle();

  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory;
  private UpdateCounts counts;

  private UpdateLedger() {
    memory = arena.allocate(NUM_BYTES);
    memory.set(LONG, 0, MAGIC);
    counts = UpdateCounts.NONE;
    record(counts);
  }

  private UpdateLedger(Path path, UpdateCounts before) {
    memory = StateFile.map(path, NUM_BYTES, arena);
    long magic = memory.get(LONG, 0);
    if (magic == MAGIC) {
      counts = read();
      return;
    }
    counts = before;
    if (magic != 0) {
      arena.close();
      throw new GradwireException(
          path + ": expected a worker's ledger, got another file; resume from a checkpoint");
    }
    record(counts);
    VERSION.setVolatile(memory, 0L, MAGIC);
  }

  /** Kept no longer than this process. */
  public static UpdateLedger inMemory() {
    return new UpdateLedger();
  }

  /** As it was left there; new if there is none. */
  public static UpdateLedger open(Path path) {
    return new UpdateLedger(path, UpdateCounts.NONE);
  }

  /**
   * The ledger of a replica's {@code turn}-th owner, which begins with what the owner before it had
   * counted. Each has a file of its own: an owner that was taken for dead may still write to its.
   *
   * @param state the run's folder of state
   */
  public static UpdateLedger open(Path state, int replica, int turn) {
    for (int before = turn - 1; before >= 0; before--) {
      Path theirs = RunFolder.ledger(state, replica, before);
      if (Files.exists(theirs)) {
        try (UpdateLedger ledger = open(theirs)) {
          return new UpdateLedger(RunFolder.ledger(state, replica, turn), ledger.counts());
        }
      }
    }
    return open(RunFolder.ledger(state, replica, turn));
  }

  /** The present counts. */
  public UpdateCounts counts() {
    return counts;
  }

  /** Replaces the present counts. */
  public void record(UpdateCounts next) {
    long version = memory.get(LONG, VERSION_AT) + 1;
    MemorySegment copy = copy(version);
    copy.setAtIndex(LONG, 0, next.attempted());
    copy.setAtIndex(LONG, 1, next.attemptedExamples());
    copy.setAtIndex(LONG, 2, next.settled());
    copy.setAtIndex(LONG, 3, next.acknowledged());
    copy.setAtIndex(LONG, 4, next.dropped());
    copy.setAtIndex(LONG, 5, next.samples());
    copy.setAtIndex(LONG, 6, Double.doubleToRawLongBits(next.firstStepAt()));
    VERSION.setRelease(memory, VERSION_AT, version);
    counts = next;
  }

  private UpdateCounts read() {
    MemorySegment copy = copy(memory.get(LONG, VERSION_AT));
    return new UpdateCounts(
        copy.getAtIndex(LONG, 0),
        copy.getAtIndex(LONG, 1),
        copy.getAtIndex(LONG, 2),
        copy.getAtIndex(LONG, 3),
        copy.getAtIndex(LONG, 4),
        copy.getAtIndex(LONG, 5),
        Double.longBitsToDouble(copy.getAtIndex(LONG, 6)));
  }

  private MemorySegment copy(long version) {
    return memory.asSlice(COPIES_AT + (version & 1) * COPY_BYTES, COPY_BYTES);
  }

  @Override
  public void close() {
    arena.close();
  }
}
