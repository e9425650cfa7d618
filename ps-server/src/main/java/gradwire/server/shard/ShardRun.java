package gradwire.server.shard;

import gradwire.config.Consistency;
import gradwire.error.Expect;
import gradwire.error.GradwireException;
import gradwire.server.checkpoint.Checkpoints;
import gradwire.server.checkpoint.Cut;
import gradwire.server.checkpoint.Restorable;
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
import gradwire.transport.StaleIncarnationException;
import gradwire.transport.Weights;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

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
  private final Saving saving;
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
      Checkpoints checkpoints) {
    this.settings = settings;
    this.layoutFingerprint = chief.layoutFingerprint();
    this.members = members;
    this.store = store;
    this.lastStep = settings.lastStep();
    this.staleness = new Staleness(store.staleness());
    this.memory =
        new ShardMemory(
            settings.shard(),
            Optimizer.of(settings.optimizer()),
            store,
            Runtime.getRuntime().availableProcessors());
    this.policy = UpdatePolicy.of(settings.consistency(), members, givesVerdicts(settings), this);
    this.saving =
        new Saving(
            checkpoints.writer(settings, layoutFingerprint),
            checkpoints.board(settings),
            settings,
            members,
            memory,
            staleness);
  }

  /**
   * A run as the chief describes it, from the checkpoint on that it is to begin with, if any.
   *
   * @throws GradwireException if it can never be, or this server has no room for it
   */
  static ShardRun of(
      OpenRequest chief, ShardSettings settings, ShardStores stores, Checkpoints checkpoints) {
    checkCounts(chief, settings);
    Optional<Restorable> restored = restored(chief, settings, checkpoints);
    int numVectors = 1 + Optimizer.of(settings.optimizer()).numSlots();
    try {
      ShardStore store = stores.create(chief, settings.shard().length(), numVectors);
      Members members =
          restored
              .map(from -> Members.at(from.manifest().replicas()))
              .orElseGet(() -> new Members(chief.numWorkers()));
      ShardRun run = new ShardRun(chief, settings, members, store, checkpoints);
      run.numResumes = stores.numResumes();
      restored.ifPresent(run::restore);
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

  private static Optional<Restorable> restored(
      OpenRequest chief, ShardSettings settings, Checkpoints checkpoints) {
    Optional<Restorable> restored = checkpoints.restored(settings, chief.layoutFingerprint());
    restored.ifPresent(
        from ->
            Expect.that(
                from.manifest().replicas().size() == chief.numWorkers(),
                from.name(),
                "a checkpoint of " + chief.numWorkers() + " replicas",
                from.manifest().replicas().size(),
                "keep training.replicas"));
    return restored;
  }

  /** All of it counts, or nothing. */
  private void restore(Restorable from) {
    memory.restore(from);
    staleness.restore(from.manifest().files().getFirst().staleness());
    step = from.manifest().step();
    hasValues = true;
    publish();
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
      ShardStores.Saved saved, ShardSettings settings, long numResumes, Checkpoints checkpoints) {
    ShardStore store = saved.store();
    ShardTable table = store.current();
    boolean resumedAfterStop = numResumes > table.numResumes();
    Optional<Restorable> restored =
        table.version() == ShardTable.NONE
            ? restored(saved.chief(), settings, checkpoints)
            : Optional.empty();
    Members members =
        restored
            .map(from -> Members.at(from.manifest().replicas()))
            .orElseGet(() -> Members.of(table));
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
    restored.ifPresent(run::restore);
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

  /**
   * Lets a replica's owner in.
   *
   * @throws GradwireException if it is of another run, or another has taken its place
   */
  void admit(OpenRequest request) {
    if (request.numWorkers() != members.size()) {
      throw new GradwireException(
          "worker-"
              + request.worker()
              + ": expected "
              + members.size()
              + " workers as the chief said, got "
              + request.numWorkers()
              + "; give all tasks the same worker_hosts");
    }
    if (request.layoutFingerprint() != layoutFingerprint) {
      throw new GradwireException(
          "worker-"
              + request.worker()
              + ": expected the chief's tensors (names, shapes, order), got other ones; give all"
              + " tasks the same entry class and flags");
    }
    int worker = request.worker();
    switch (members.join(worker, request.incarnation(), request.line())) {
      case ANOTHER_START ->
          policy.away(
              worker,
              new StaleIncarnationException(
                  "worker-" + worker + ": another start of it has taken its place"));
      case ANOTHER_LINE -> forgetTaken(worker);
      case AGAIN -> {}
    }
    publish();
  }

  /** Whoever opens a line anew says what is not done yet once more. */
  private void forgetTaken(int worker) {
    if (policy.awaitsReturn()) {
      members.forgetTaken(worker);
      policy.away(
          worker,
          new GradwireException(
              "worker-" + worker + ": a new line of it has taken this one's place"));
    }
  }

  ShardSettings settings() {
    return settings;
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

  /** Where the last step is done already, it stays the last. */
  long moveLastStep(long wanted) {
    if (step < lastStep) {
      lastStep = Math.max(wanted, step);
    }
    publish();
    policy.lastStepMoved();
    return lastStep;
  }

  void saveFinal() {
    saving.saveFinal(step);
  }

  /** See {@link Saving#watch}. */
  void watchCuts(Consumer<Cut> listener) {
    saving.watch(listener);
  }

  void heed(Cut announced) {
    saving.heed(announced, step);
  }

  /** Frees the memory. */
  void close() {
    saving.close();
    memory.close();
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
    saving.before(gradients, step);
    memory.apply(step + 1, gradients.stream().map(p -> p.gradient().memory()).toList());
    for (Pending pending : gradients) {
      members.applied(pending.push());
      staleness.record(step - pending.push().step());
    }
    stepBefore = step;
    step++;
    publish();
    saving.after(gradients, step);
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
