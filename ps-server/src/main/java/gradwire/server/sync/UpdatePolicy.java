package gradwire.server.sync;

import gradwire.config.Consistency;
import gradwire.error.GradwireException;
import gradwire.transport.Push;
import gradwire.transport.Replier;

/** When a shard applies a gradient and answers its sender. Called under the shard's lock. */
public sealed interface UpdatePolicy permits Asynchronous, Synchronous, BoundedStaleness {
  /** A fresh push: neither stale incarnation nor duplicate. */
  void push(Pending pending);

  /**
   * A push that was taken before came again.
   *
   * @return whether it still waits for its answer, which now goes to {@code replier}
   */
  boolean resent(Push push, Replier replier);

  /** The last step was moved: whoever waits for a step beyond it is answered. */
  void lastStepMoved();

  /** A worker has left and is waited for no more. */
  void left(int worker);

  /**
   * A worker is gone without having left. A gradient of it that waits for others is given up: its
   * memory may go with the worker.
   *
   * @return whether the run can go on without it
   */
  boolean lost(int worker, GradwireException why);

  /** The run ends here: all who wait are failed. */
  void abort(GradwireException failure);

  /**
   * The policy for a job.
   *
   * @param numWorkers how many workers take part
   * @param verdicts whether senders want to hear at once that a push was taken
   */
  static UpdatePolicy of(
      Consistency consistency, int numWorkers, boolean verdicts, ShardAccess shard) {
    return switch (consistency) {
      case Consistency.Async() -> new Asynchronous(shard);
      case Consistency.Sync(var replicas) ->
          new Synchronous(replicas.orElse(numWorkers), numWorkers, verdicts, shard);
      case Consistency.Ssp(int maxLagSteps) -> new BoundedStaleness(maxLagSteps, numWorkers, shard);
    };
  }
}
