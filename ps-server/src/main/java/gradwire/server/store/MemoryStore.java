package gradwire.server.store;

import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Memory of this process alone, one version, changed in place: what ends with it is gone. */
public final class MemoryStore implements ShardStore {
  private final Arena arena = Arena.ofShared();
  private final MemorySegment[] vectors;
  private final MemorySegment staleness;
  private final ShardTable table;

  /**
   * @param numFloats of each vector
   * @param numVectors weights and slots
   * @throws OutOfMemoryError if there is no room; nothing is held then
   */
  public MemoryStore(long numFloats, int numVectors, int numWorkers) {
    vectors = new MemorySegment[numVectors];
    try {
      for (int vector = 0; vector < numVectors; vector++) {
        vectors[vector] = Floats.allocate(arena, numFloats);
      }
      staleness = arena.allocate(ValueLayout.JAVA_LONG, StateLayout.STALENESS_LONGS);
      table =
          new ShardTable(arena.allocate(ShardTable.numBytes(numWorkers), Long.BYTES), numWorkers);
    } catch (OutOfMemoryError e) {
      arena.close();
      throw e;
    }
  }

  @Override
  public int numVersions() {
    return 1;
  }

  @Override
  public MemorySegment vector(int version, int vector) {
    return vectors[vector];
  }

  @Override
  public ShardTable current() {
    return table;
  }

  @Override
  public ShardTable next() {
    return table;
  }

  @Override
  public void publish() {}

  @Override
  public MemorySegment staleness() {
    return staleness;
  }

  @Override
  public void force() {}

  @Override
  public void close() {
    arena.close();
  }
}
