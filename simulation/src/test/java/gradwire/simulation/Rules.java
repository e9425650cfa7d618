package gradwire.simulation;

import gradwire.server.checkpoint.Restorable;
import gradwire.server.checkpoint.Snapshot;
import gradwire.server.store.ShardStore;
import gradwire.transport.LineNumbers;
import gradwire.transport.OpenReply;
import gradwire.transport.ShardConnection;
import gradwire.transport.ShardService;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntFunction;

/** The protocol as documented; a planted bug overrides one of these. */
interface Rules {
  Rules DOCUMENTED = new Rules() {};

  /** What a server's process writes to. */
  default ShardStore store(ShardStore store) {
    return store;
  }

  /** What a server's process finds at its start. */
  default Optional<ShardStore> found(Optional<ShardStore> left) {
    return left;
  }

  /**
   * What of a snapshot gets to the disk.
   *
   * @param live the server's vectors as they are when it is written
   */
  default Snapshot written(Snapshot snapshot, IntFunction<MemorySegment> live) {
    return snapshot;
  }

  /**
   * What a server without a state begins with.
   *
   * @param newest the newest whole snapshot and the one before, as far as they are there
   */
  default Optional<Restorable> restored(Scenario scenario, int server, List<Restorable> newest) {
    return newest.stream().findFirst();
  }

  /** What workers reach. */
  default ShardService service(Scenario scenario, ShardService service) {
    return service;
  }

  /**
   * What a server is heard to say to a worker that joins.
   *
   * @param most the last push of the replica that any server has
   */
  default OpenReply opened(OpenReply reply, long most) {
    return reply;
  }

  /** Which weights a worker asks for. */
  default OptionalLong pulled(OptionalLong step) {
    return step;
  }

  /**
   * A worker's line to a server.
   *
   * @param isMended whether it comes after one that broke
   */
  default ShardConnection line(ShardConnection line, boolean isMended) {
    return line;
  }

  /** A worker's lines to a server, one after another. */
  default ShardConnection healed(ShardConnection connection) {
    return connection;
  }

  /** How a worker's process numbers its lines to a server, over all replicas. */
  default LineNumbers numbers(LineNumbers ofProcess) {
    return ofProcess;
  }

  /** Whether what the coordinator has said ends with its process. */
  default boolean coordinatorForgets() {
    return false;
  }
}
