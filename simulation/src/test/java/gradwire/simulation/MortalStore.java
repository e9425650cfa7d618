package gradwire.simulation;

import gradwire.server.store.ShardStore;

/** A store whose process may be killed before or behind a commit. */
final class MortalStore extends ForwardingStore {
  private final Runnable before;
  private final Runnable behind;

  MortalStore(ShardStore store, Runnable before, Runnable behind) {
    super(store);
    this.before = before;
    this.behind = behind;
  }

  @Override
  public void publish() {
    before.run();
    super.publish();
    behind.run();
  }
}
