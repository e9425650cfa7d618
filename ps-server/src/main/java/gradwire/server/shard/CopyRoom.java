package gradwire.server.shard;

import gradwire.server.store.MemoryStore;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Memory for one copy of a shard's vectors, kept from copy to copy: memory that was never touched
 * is slow to be had, and updates are held up meanwhile. Thread-safe.
 */
final class CopyRoom implements AutoCloseable {
  private static final long PIECE_BYTES = 2L << 20;

  /** So much is touched sooner than a thread begins. */
  private static final long LITTLE_BYTES = 1L << 20;

  private final MemoryStore store;
  private final int numVectors;
  private boolean isTaken = true;
  private boolean isClosed;

  /**
   * Can be taken when all of it has been touched: soon, as that is done in the background, or at
   * once if it is little.
   *
   * @throws OutOfMemoryError if there is no room
   */
  CopyRoom(long numFloats, int numVectors) {
    this.store = new MemoryStore(numFloats, numVectors, 0);
    this.numVectors = numVectors;
    if (numFloats * Float.BYTES * numVectors <= LITTLE_BYTES) {
      giveBack();
    } else {
      Thread.ofPlatform().daemon().name("copy-room").start(this::touch);
    }
  }

  private void touch() {
    for (MemorySegment vector : vectors()) {
      for (long at = 0; at < vector.byteSize() && !isClosed(); at += PIECE_BYTES) {
        vector.asSlice(at, Math.min(PIECE_BYTES, vector.byteSize() - at)).fill((byte) 0);
      }
    }
    giveBack();
  }

  private synchronized boolean isClosed() {
    return isClosed;
  }

  private List<MemorySegment> vectors() {
    List<MemorySegment> vectors = new ArrayList<>();
    for (int vector = 0; vector < numVectors; vector++) {
      vectors.add(store.vector(0, vector));
    }
    return vectors;
  }

  /** {@code [shardLength] float32} each, until {@link #giveBack}; empty if another has it. */
  synchronized Optional<List<MemorySegment>> take() {
    if (isTaken || isClosed) {
      return Optional.empty();
    }
    isTaken = true;
    return Optional.of(vectors());
  }

  /** Whoever has taken it needs it no more. */
  synchronized void giveBack() {
    isTaken = false;
    if (isClosed) {
      store.close();
    }
  }

  /** Frees it as soon as nobody has it. */
  @Override
  public synchronized void close() {
    isClosed = true;
    if (!isTaken) {
      store.close();
    }
  }
}
