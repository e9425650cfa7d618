package gradwire.server.shard;

import gradwire.config.Consistency;
import gradwire.error.Expect;
import gradwire.error.GradwireException;
import gradwire.server.checkpoint.CheckpointWriter;
import gradwire.server.optimizer.Optimizer;
import gradwire.server.store.ShardStore;
import gradwire.server.store.ShardStores;
import gradwire.server.store.ShardTable;
import gradwire.server.sync.Pending;
import gradwire.server.sync.ShardAccess;
import gradwire.server.sync.UpdatePolicy;
import gradwire.transport.OpenRequest;
import gradwire.transport.Outcome;
import gradwire.transport.Push;
import gradwire.transport.Replier;
import gradwire.transport.ShardSettings;
import gradwire.transport.Weights;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * One run on one shard, from the chief's settings to the last step. Called under the shard's lock.
 */
final class ShardRun implements ShardAccess {
  private final ShardSettings settings;
  private final long layoutFingerprint;
  private final Members members;
  private final ShardStore store;
  private final ShardMemory memory;
  private final UpdatePolicy policy;
  private final CheckpointWriter checkpoints;
  private final Staleness staleness;
  private boolean hasValues;
  private long step;
  private long lastStep;

  /** Resumes after a stop that are heeded: what the stop had moved is back. */
  private long numResumes;

  /** The step that the version before the present one is of. */
  private long stepBefore = ShardTable.NONE;

  private ShardRun(
      OpenRequest chief,
      ShardSettings settings,
      Members members,
      ShardStore store,
      CheckpointWriter checkpoints) {
    this.settings = settings;
    this.layoutFingerprint = chief.layoutFingerprint();
    this.members = members;
    this.store = store;
    this.checkpoints = checkpoints;
    this.lastStep = settings.lastStep();
    this.staleness = new Staleness(store.staleness());
    this.memory =
        new ShardMemory(
            settings.shard(),
            Optimizer.of(settings.optimizer()),
            store,
            Runtime.getRuntime().availableProcessors());
    this.policy = UpdatePolicy.of(settings.consistency(), members, givesVerdicts(settings), this);
  }

  /**
   * A run as the chief describes it.
   *
   * @throws GradwireException if it can never be, or this server has no room for it
   */
  static ShardRun of(
      OpenRequest chief, ShardSettings settings, ShardStores stores, CheckpointWriter checkpoints) {
    checkCounts(chief, settings);
    int numVectors = 1 + Optimizer.of(settings.optimizer()).numSlots();
    try {
      ShardStore store = stores.create(chief, settings.shard().length(), numVectors);
      Members members = new Members(chief.numWorkers());
      ShardRun run = new ShardRun(chief, settings, members, store, checkpoints);
      run.numResumes = stores.numResumes();
      return run;
    } catch (OutOfMemoryError e) {
      throw new GradwireException(
          "shard of "
              + settings.shard().length()
              + " floats: expected room for weights and optimizer slots, got: "
              + e.getMessage()
              + "; use more servers or give each more memory",
          e);
    }
  }

  private static void checkCounts(OpenRequest chief, ShardSettings settings) {
    int numWorkers = chief.numWorkers();
    Expect.that(numWorkers >= 1, "num_workers", "at least 1 worker", numWorkers, "try 1");
    if (settings.consistency() instanceof Consistency.Sync(var replicas)) {
      Expect.that(
          replicas.orElse(numWorkers) <= numWorkers,
          "training.consistency.sync.replicas_to_aggregate",
          "at most the " + numWorkers + " workers that there are",
          replicas.orElse(numWorkers),
          "leave it out to wait for all");
    }
  }

  /** A run that an earlier process of this server had begun, as it was at its last update. */
  static ShardRun resumed(
      ShardStores.Saved saved,
      ShardSettings settings,
      long numResumes,
      CheckpointWriter checkpoints) {
    ShardStore store = saved.store();
    ShardTable table = store.current();
    boolean resumedAfterStop = numResumes > table.numResumes();
    Members members = Members.of(table);
    if (resumedAfterStop) {
      members.comeBack();
    }
    ShardRun run = new ShardRun(saved.chief(), settings, members, store, checkpoints);
    if (table.version() != ShardTable.NONE) {
      run.memory.resume(table.version());
      run.hasValues = true;
      run.step = table.step();
      run.lastStep = table.lastStep();
      run.stepBefore = table.stepBefore();
    }
    run.numResumes = numResumes;
    if (resumedAfterStop) {
      run.lastStep = settings.lastStep();
      run.publish();
    }
    return run;
  }

  /** Makes what was changed since the last time count, all of it or nothing. */
  void publish() {
    ShardTable table = store.next();
    table.setRun(
        step,
        lastStep,
        hasValues ? memory.version() : ShardTable.NONE,
        stepBefore,
        members.duplicatesRefused(),
        numResumes);
    members.writeTo(table);
    store.publish();
  }

  /** Returns when the state outlives the machine, if it outlives this process at all. */
  void force() {
    store.force();
  }

  /** With backup workers and several servers, the first server chooses a step's gradients. */
  private static boolean givesVerdicts(ShardSettings settings) {
    return settings.numShards() > 1
        && settings.consistency() instanceof Consistency.Sync(var replicas)
        && replicas.isPresent();
  }

  /** Refuses a chief whose job is another one than that which this shard is of. */
  void checkSame(OpenRequest request) {
    boolean same =
        request
            .settings()
            .map(
                theirs ->
                    theirs.shard().chunks().equals(settings.shard().chunks())
                        && theirs.numShards() == settings.numShards()
                        && theirs.optimizer().equals(settings.optimizer())
                        && theirs.consistency().equals(settings.consistency()))
            .orElse(true);
    if (!same) {
      throw new GradwireException(
          "worker-"
              + request.worker()
              + ": expected the settings that this shard was begun with ("
              + settings
              + "), got "
              + request.settings().orElse(settings)
              + "; begin a new run for another job");
    }
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

  /** The first weights. */
  void takeValues(MemorySegment values) {
    memory.fillSlots();
    memory.weights().copyFrom(values);
    hasValues = true;
    publish();
  }

  long moveLastStep(long wanted) {
    lastStep = Math.max(wanted, step);
    publish();
    policy.lastStepMoved();
    return lastStep;
  }

  void saveFinal() {
    checkpoints.saveFinal(step, memory);
  }

  /** Refuses a push that claims to know weights which are not there yet. */
  void checkStep(Push push) {
    boolean mayRunAhead = givesVerdicts(settings);
    if (push.step() < 0 || push.step() > step && !mayRunAhead) {
      throw new GradwireException(
          push + ": expected weights of step 0 to " + step + ", the last one here");
    }
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
      members.applied(pending.push());
      staleness.record(step - pending.push().step());
    }
    stepBefore = step;
    step++;
    publish();
    if (settings.checkpoint().everySteps() > 0 && step % settings.checkpoint().everySteps() == 0) {
      checkpoints.saveLater(step, memory);
    }
  }

  @Override
  public void drop(Pending gradient) {
    members.dropped(gradient.push());
    publish();
  }

  @Override
  public void reply(Replier replier, Outcome outcome) {
    Weights told = new Weights(outcome, step, lastStep);
    if (policy.keepsWeightsUntilPush()) {
      replier.lastingWeights(told, memory.weights());
    } else {
      replier.weights(told, memory.weights());
    }
  }

  /**
   * Sends the weights of {@code wanted}.
   *
   * @throws GradwireException if they are not here
   */
  void reply(Replier replier, long wanted) {
    if (wanted == step) {
      reply(replier, Outcome.NONE);
    } else if (wanted == stepBefore && store.numVersions() > 1) {
      replier.weights(new Weights(Outcome.NONE, wanted, lastStep), memory.weightsBefore());
    } else {
      throw new GradwireException(
          "pull: expected weights of step "
              + step
              + " or the one before to be wanted, got step "
              + wanted
              + "; resume the run from a checkpoint");
    }
  }
}
