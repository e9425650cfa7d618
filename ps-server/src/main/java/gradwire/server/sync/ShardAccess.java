package gradwire.server.sync;

import gradwire.transport.Outcome;
import gradwire.transport.Replier;
import java.util.List;

/** What a policy may do to the shard whose lock it is called under. */
public interface ShardAccess {
  /** Steps applied so far. */
  long step();

  /** The step at which the run ends, as known now. */
  long lastStep();

  /**
   * One optimizer step on the mean of these gradients, added in the order of a fixed binary tree
   * over their positions. Counts them as applied; does not release them.
   */
  void apply(List<Pending> gradients);

  /** Counts a gradient that is not going to be applied because it came too late. */
  void drop(Pending gradient);

  /** Sends the present weights. */
  void reply(Replier replier, Outcome outcome);
}
