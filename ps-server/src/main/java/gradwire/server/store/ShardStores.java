package gradwire.server.store;

import gradwire.transport.OpenRequest;
import java.util.Optional;

/** Where a server's shard is kept. */
public interface ShardStores {
  /**
   * A shard that an earlier process left.
   *
   * @param chief what the chief had brought then
   */
  record Saved(OpenRequest chief, ShardStore store) {}

  /**
   * What an earlier process of this server left, if anything.
   *
   * @throws gradwire.error.GradwireException if it is of no use
   */
  Optional<Saved> find();

  /** How often somebody has resumed the run after having stopped it. */
  long numResumes();

  /**
   * Room for a new shard.
   *
   * @param chief with its settings
   * @param numVectors weights and slots
   * @throws gradwire.error.GradwireException if there is no room on the disk
   * @throws OutOfMemoryError if there is none in memory
   */
  ShardStore create(OpenRequest chief, long numFloats, int numVectors);

  /** In this process's memory: gone with it. */
  static ShardStores inMemory() {
    return new ShardStores() {
      @Override
      public Optional<Saved> find() {
        return Optional.empty();
      }

      @Override
      public long numResumes() {
        return 0;
      }

      @Override
      public ShardStore create(OpenRequest chief, long numFloats, int numVectors) {
        return new MemoryStore(numFloats, numVectors, chief.numWorkers());
      }
    };
  }
}
