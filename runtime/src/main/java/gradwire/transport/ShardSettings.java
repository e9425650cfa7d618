package gradwire.transport;

import gradwire.cluster.ShardMap.Shard;
import gradwire.config.CheckpointPlan;
import gradwire.config.Consistency;
import gradwire.update.OptimizerSpec;

/**
 * All that a parameter server must know of a job; the chief worker brings it.
 *
 * @param shard the pieces of tensors this server owns
 * @param numShards how many servers there are
 * @param optimizer the rule that applies gradients
 * @param consistency when it applies them
 * @param lastStep the step at which the run ends
 * @param checkpoint when to save
 */
public record ShardSettings(
    Shard shard,
    int numShards,
    OptimizerSpec optimizer,
    Consistency consistency,
    long lastStep,
    CheckpointPlan checkpoint) {}
