package gradwire.server.store;

import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * What a {@link FileStore} is, in plain memory: two versions that outlive the {@code
 * ParameterShard} that writes them. One thread.
 */
public final class TwoVersions implements ShardStore {
  private final MemorySegment[][] vectors;
  private final ShardTable[] tables;
  private final MemorySegment staleness =
      MemorySegment.ofArray(new long[StateLayout.STALENESS_LONGS]);
  private int current;

  public TwoVersions(int numFloats, int numVectors, int numWorkers) {
    vectors = new MemorySegment[StateLayout.NUM_VERSIONS][numVectors];
    Arena arena = Arena.ofAuto();
    for (MemorySegment[] version : vectors) {
      Arrays.setAll(version, vector -> Floats.allocate(arena, numFloats));
    }
    tables = new ShardTable[] {table(numWorkers), table(numWorkers)};
    tables[0].setRun(0, 0, ShardTable.NONE, ShardTable.NONE, 0, 0);
  }

  private static ShardTable table(int numWorkers) {
    return new ShardTable(
        Arena.ofAuto().allocate(ShardTable.numBytes(numWorkers), Long.BYTES), numWorkers);
  }

  @Override
  public int numVersions() {
    return StateLayout.NUM_VERSIONS;
  }

  @Override
  public MemorySegment vector(int version, int vector) {
    return vectors[version][vector];
  }

  @Override
  public ShardTable current() {
    return tables[current];
  }

  @Override
  public ShardTable next() {
    return tables[1 - current];
  }

  @Override
  public void publish() {
    current = 1 - current;
  }

  @Override
  public MemorySegment staleness() {
    return staleness;
  }

  @Override
  public void force() {}

  /** It outlives the process. */
  @Override
  public void close() {}
}
