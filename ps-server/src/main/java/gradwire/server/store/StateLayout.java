package gradwire.server.store;

/**
 * Where things are in a state file: a page of header, what the chief brought, two tables, the
 * staleness counts, then the vectors of version 0 and those of version 1. Offsets and lengths in
 * bytes; everything begins on a page.
 *
 * @param numFloats of each vector
 * @param numVectors weights and slots
 * @param requestBytes length of what the chief brought
 */
record StateLayout(long numFloats, int numVectors, int numWorkers, int requestBytes) {
  static final int NUM_VERSIONS = 2;

  /** Counts by steps of staleness, then their maximum and their sum. */
  static final int STALENESS_LONGS = 1026;

  private static final long PAGE_BYTES = 4096;

  long request() {
    return PAGE_BYTES;
  }

  long table(int index) {
    return request() + pages(requestBytes) + index * pages(tableBytes());
  }

  long tableBytes() {
    return ShardTable.numBytes(numWorkers);
  }

  long staleness() {
    return table(2);
  }

  long vector(int version, int vector) {
    long index = (long) version * numVectors + vector;
    return staleness() + pages(STALENESS_LONGS * Long.BYTES) + index * pages(vectorBytes());
  }

  long vectorBytes() {
    return numFloats * Float.BYTES;
  }

  /** Of the whole file. */
  long numBytes() {
    return vector(NUM_VERSIONS, 0);
  }

  private static long pages(long numBytes) {
    return Math.ceilDiv(numBytes, PAGE_BYTES) * PAGE_BYTES;
  }
}
