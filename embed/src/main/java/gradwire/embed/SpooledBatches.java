package gradwire.embed;

import gradwire.worker.data.BatchPlan;
import gradwire.worker.data.BatchSource;
import gradwire.worker.engine.Batch;
import java.lang.foreign.Arena;

/** Batches gathered from a spool by a plan, in memory that every call refills. One thread. */
final class SpooledBatches implements BatchSource {
  private final Spool spool;
  private final BatchPlan plan;
  private final int[] chosen;
  private final Batch batch;

  /**
   * @param plan over the spool's examples, from 0
   * @param arena owns the batch
   */
  SpooledBatches(Spool spool, BatchPlan plan, int batchSize, Arena arena) {
    this.spool = spool;
    this.plan = plan;
    this.chosen = new int[batchSize];
    this.batch = spool.newBatch(batchSize, arena);
  }

  @Override
  public Batch next(int replica, long step) {
    plan.indices(replica, step, chosen);
    spool.copy(chosen, batch);
    return batch;
  }
}
