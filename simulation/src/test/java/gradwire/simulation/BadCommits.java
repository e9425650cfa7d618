package gradwire.simulation;

import gradwire.server.store.ShardStore;
import gradwire.server.store.ShardTable;
import java.lang.foreign.MemorySegment;

/** Stores that commit wrongly, or read what they have not committed. */
final class BadCommits {
  private static final int WEIGHTS = 0;

  private BadCommits() {}

  /** The weights count before the table does. */
  static ShardStore weightsFirst(ShardStore store) {
    return new ForwardingStore(store) {
      @Override
      public void publish() {
        int version = next().version();
        if (version != ShardTable.NONE) {
          vector(1 - version, WEIGHTS).copyFrom(vector(version, WEIGHTS));
        }
        super.publish();
      }
    };
  }

  /** The table counts before the version of the vectors that it is of. */
  static ShardStore tableFirst(ShardStore store) {
    return new ForwardingStore(store) {
      @Override
      public void publish() {
        int version = next().version();
        int before = current().version();
        if (before == ShardTable.NONE || before == version) {
          super.publish();
        } else {
          setVersion(next(), before);
          super.publish();
          setVersion(current(), version);
        }
      }
    };
  }

  private static void setVersion(ShardTable table, int version) {
    table.setRun(
        table.step(),
        table.lastStep(),
        version,
        table.stepBefore(),
        table.duplicatesRefused(),
        table.numResumes());
  }

  /** Each version is taken for the other. */
  static ShardStore otherVersion(ShardStore store) {
    return new ForwardingStore(store) {
      @Override
      public MemorySegment vector(int version, int vector) {
        return super.vector(1 - version, vector);
      }
    };
  }

  /** What was pushed is forgotten; what it did to the weights is not. */
  static void forgetPushes(ShardTable table) {
    for (int worker = 0; worker < table.numWorkers(); worker++) {
      ShardTable.Row row = table.row(worker);
      table.setRow(
          worker, row.incarnation(), 0, row.outcome(), row.applied(), row.dropped(), row.left());
    }
  }
}
