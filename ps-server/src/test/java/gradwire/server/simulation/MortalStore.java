package gradwire.server.simulation;

import gradwire.server.store.ShardStore;
import gradwire.server.store.ShardTable;
import java.lang.foreign.MemorySegment;

/** A store whose process may be killed before or behind a commit. */
final class MortalStore implements ShardStore {
  private final ShardStore store;
  private final Runnable before;
  private final Runnable behind;

  MortalStore(ShardStore store, Runnable before, Runnable behind) {
    this.store = store;
    this.before = before;
    this.behind = behind;
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
    before.run();
    store.publish();
    behind.run();
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
