package gradwire.server.store;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import gradwire.transport.Outcome;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * All that a shard knows beside its vectors, in a fixed place of memory: numbers of the run, and a
 * row for each worker. A view; one thread.
 */
public final class ShardTable {
  /** Where there is no version, or no step. */
  public static final int NONE = -1;

  private static final int STEP = 0;
  private static final int LAST_STEP = 1;
  private static final int VERSION = 2;
  private static final int STEP_BEFORE = 3;
  private static final int DUPLICATES_REFUSED = 4;
  private static final int CHECKSUM = 5;
  private static final int NUM_RESUMES = 6;
  private static final int NUM_FIELDS = 7;

  /**
   * What is known of a worker.
   *
   * @param incarnation the latest that joined; {@link #NONE} before the first
   * @param sequence its last push that is applied or dropped, 0 if none is
   * @param outcome what became of that one
   * @param applied pushes of it that are in the weights
   * @param dropped pushes of it that came too late
   * @param left whether it has said goodbye
   */
  public record Row(
      int incarnation, long sequence, Outcome outcome, long applied, long dropped, boolean left) {
    private static final int NUM_FIELDS = 6;
    private static final Outcome[] OUTCOMES = Outcome.values();
  }

  private final MemorySegment memory;
  private final int numWorkers;
  private final CRC32C sum = new CRC32C();
  private final ByteBuffer beforeChecksum;
  private final ByteBuffer behindChecksum;

  /**
   * @param memory {@link #numBytes} bytes
   */
  ShardTable(MemorySegment memory, int numWorkers) {
    this.memory = memory;
    this.numWorkers = numWorkers;
    this.beforeChecksum = memory.asSlice(0, CHECKSUM * Long.BYTES).asByteBuffer();
    this.behindChecksum = memory.asSlice((CHECKSUM + 1) * Long.BYTES).asByteBuffer();
  }

  static long numBytes(int numWorkers) {
    return (NUM_FIELDS + (long) numWorkers * Row.NUM_FIELDS) * Long.BYTES;
  }

  public int numWorkers() {
    return numWorkers;
  }

  /** Steps applied. */
  public long step() {
    return field(STEP);
  }

  /** The step at which the run ends. */
  public long lastStep() {
    return field(LAST_STEP);
  }

  /** Which version of the vectors holds the state; {@link #NONE} before there are values. */
  public int version() {
    return (int) field(VERSION);
  }

  /** The step whose weights the other version holds; {@link #NONE} if it holds none. */
  public long stepBefore() {
    return field(STEP_BEFORE);
  }

  public long duplicatesRefused() {
    return field(DUPLICATES_REFUSED);
  }

  /** How often the run had been resumed after a stop, as far as this shard has heeded it. */
  public long numResumes() {
    return field(NUM_RESUMES);
  }

  public void setRun(
      long step,
      long lastStep,
      int version,
      long stepBefore,
      long duplicatesRefused,
      long numResumes) {
    set(STEP, step);
    set(LAST_STEP, lastStep);
    set(VERSION, version);
    set(STEP_BEFORE, stepBefore);
    set(DUPLICATES_REFUSED, duplicatesRefused);
    set(NUM_RESUMES, numResumes);
  }

  public Row row(int worker) {
    long at = NUM_FIELDS + (long) worker * Row.NUM_FIELDS;
    return new Row(
        (int) field(at),
        field(at + 1),
        Row.OUTCOMES[(int) field(at + 2)],
        field(at + 3),
        field(at + 4),
        field(at + 5) != 0);
  }

  /** Fills in a {@link Row}, field by field: a row is written for every update. */
  public void setRow(
      int worker,
      int incarnation,
      long sequence,
      Outcome outcome,
      long applied,
      long dropped,
      boolean left) {
    long at = NUM_FIELDS + (long) worker * Row.NUM_FIELDS;
    set(at, incarnation);
    set(at + 1, sequence);
    set(at + 2, outcome.ordinal());
    set(at + 3, applied);
    set(at + 4, dropped);
    set(at + 5, left ? 1 : 0);
  }

  /** Notes the checksum of all fields. */
  void seal() {
    set(CHECKSUM, checksum());
  }

  boolean isSound() {
    return field(CHECKSUM) == checksum();
  }

  private long checksum() {
    sum.reset();
    sum.update(beforeChecksum.clear());
    sum.update(behindChecksum.clear());
    return sum.getValue();
  }

  private long field(long index) {
    return memory.getAtIndex(JAVA_LONG, index);
  }

  private void set(long index, long value) {
    memory.setAtIndex(JAVA_LONG, index, value);
  }
}
