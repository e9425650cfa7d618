package gradwire.server.sync;

import gradwire.config.Consistency;
import gradwire.error.GradwireException;
import gradwire.transport.Push;
import gradwire.transport.Replier;

/** When a shard applies a gradient and answers its sender. Called under the shard's lock. */
public sealed interface UpdatePolicy permits Asynchronous, Synchronous, BoundedStaleness {
  /** What a policy that begins in the middle of a run must know. */
  interface Workers {
    int size();

    /** Pushes of {@code worker} that are in the weights. */
    long applied(int worker);

    boolean hasLeft(int worker);
  }

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

  /**
   * A worker's line has ended. What waits of it is forgotten: its memory may go with the worker,
   * and the worker asks again when it is back.
   */
  void away(int worker, GradwireException why);

  /** Whether a worker may come back from where it was; if not, it is lost when its line ends. */
  boolean awaitsReturn();

  /**
   * Whether nothing is applied before every worker, having the weights that it was answered, has
   * pushed again: so that these stay as they are until then.
   */
  boolean keepsWeightsUntilPush();

  /** A worker has left and is waited for no more. */
  void left(int worker);

  /**
   * A worker that is away will not come back.
   *
   * @return whether the run can go on without it
   */
  boolean lost(int worker, GradwireException why);

  /** The run ends here: all who wait are failed. */
  void abort(GradwireException failure);

  /**
   * The policy for a job.
   *
   * @param workers what is known of those that take part
   * @param verdicts whether senders want to hear at once that a push was taken
   */
  static UpdatePolicy of(
      Consistency consistency, Workers workers, boolean verdicts, ShardAccess shard) {
    return switch (consistency) {
      case Consistency.Async() -> new Asynchronous(shard);
      case Consistency.Sync(var replicas) ->
          new Synchronous(replicas.orElse(workers.size()), workers.size(), verdicts, shard);
      case Consistency.Ssp(int maxLagSteps) -> new BoundedStaleness(maxLagSteps, workers, shard);
    };
  }
}
