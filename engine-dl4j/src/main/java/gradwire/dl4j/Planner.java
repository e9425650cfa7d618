package gradwire.dl4j;

import gradwire.plan.Plan;

/** Plans one network, for batches of any size, on whatever computes it. One thread. */
interface Planner extends AutoCloseable {
  /**
   * A plan, which the caller closes.
   *
   * @throws gradwire.error.UsageException if the input doesn't fit the network
   */
  Plan plan(Plan.Use use);

  /** As {@link gradwire.worker.engine.ComputeEngine#backend}. */
  String backend();

  /** After the plans. */
  @Override
  void close();
}
