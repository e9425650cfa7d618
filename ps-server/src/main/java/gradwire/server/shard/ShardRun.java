package gradwire.server.shard;

import gradwire.config.Consistency;
import gradwire.server.checkpoint.CheckpointWriter;
import gradwire.server.optimizer.Optimizer;
import gradwire.server.sync.Pending;
import gradwire.server.sync.ShardAccess;
import gradwire.server.sync.UpdatePolicy;
import gradwire.transport.Outcome;
import gradwire.transport.Replier;
import gradwire.transport.ShardSettings;
import gradwire.transport.Weights;
import java.util.List;

/**
 * One run on one shard, from the chief's settings to the last step. Called under the shard's lock.
 */
final class ShardRun implements ShardAccess {
  private final ShardSettings settings;
  private final long layoutFingerprint;
  private final Members members;
  private final ShardMemory memory;
  private final UpdatePolicy policy;
  private final CheckpointWriter checkpoints;
  private final Staleness staleness = new Staleness();
  private boolean hasValues;
  private long step;
  private long lastStep;

  ShardRun(
      ShardSettings settings,
      long layoutFingerprint,
      Members members,
      CheckpointWriter checkpoints) {
    this.settings = settings;
    this.layoutFingerprint = layoutFingerprint;
    this.members = members;
    this.checkpoints = checkpoints;
    this.lastStep = settings.lastStep();
    this.memory = new ShardMemory(settings.shard(), Optimizer.of(settings.optimizer()));
    this.policy =
        UpdatePolicy.of(settings.consistency(), members.size(), givesVerdicts(settings), this);
  }

  /** With backup workers and several servers, the first server chooses a step's gradients. */
  private static boolean givesVerdicts(ShardSettings settings) {
    return settings.numShards() > 1
        && settings.consistency() instanceof Consistency.Sync(var replicas)
        && replicas.isPresent();
  }

  ShardSettings settings() {
    return settings;
  }

  long layoutFingerprint() {
    return layoutFingerprint;
  }

  Members members() {
    return members;
  }

  ShardMemory memory() {
    return memory;
  }

  UpdatePolicy policy() {
    return policy;
  }

  Staleness staleness() {
    return staleness;
  }

  boolean hasValues() {
    return hasValues;
  }

  void valuesArrived() {
    hasValues = true;
  }

  long moveLastStep(long wanted) {
    lastStep = Math.max(wanted, step);
    policy.lastStepMoved();
    return lastStep;
  }

  void saveFinal() {
    checkpoints.saveFinal(step, memory);
  }

  @Override
  public long step() {
    return step;
  }

  @Override
  public long lastStep() {
    return lastStep;
  }

  @Override
  public void apply(List<Pending> gradients) {
    memory.apply(step + 1, gradients.stream().map(p -> p.gradient().memory()).toList());
    for (Pending pending : gradients) {
      members.applied(pending.push().worker());
      staleness.record(step - pending.push().step());
    }
    step++;
    if (settings.checkpoint().everySteps() > 0 && step % settings.checkpoint().everySteps() == 0) {
      checkpoints.saveLater(step, memory);
    }
  }

  @Override
  public void drop(Pending gradient) {
    members.dropped(gradient.push().worker());
  }

  @Override
  public void reply(Replier replier, Outcome outcome) {
    replier.weights(new Weights(outcome, step, lastStep), memory.weights());
  }
}
