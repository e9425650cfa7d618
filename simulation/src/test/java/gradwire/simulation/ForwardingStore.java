package gradwire.simulation;

import gradwire.server.store.ShardStore;
import gradwire.server.store.ShardTable;
import java.lang.foreign.MemorySegment;

/** A server's state as its process reaches it. */
class ForwardingStore implements ShardStore {
  private final ShardStore store;

  ForwardingStore(ShardStore store) {
    this.store = store;
  }

  @Override
  public int numVersions() {
    return store.numVersions();
  }

  @Override
  public MemorySegment vector(int version, int vector) {
    return store.vector(version, vector);
  }

  @Override
  public ShardTable current() {
    return store.current();
  }

  @Override
  public ShardTable next() {
    return store.next();
  }

  @Override
  public void publish() {
    store.publish();
  }

  @Override
  public MemorySegment staleness() {
    return store.staleness();
  }

  @Override
  public void force() {}

  @Override
  public void close() {
    store.close();
  }
}
