package gradwire.worker.step;

import gradwire.config.Consistency;
import gradwire.config.Training;
import gradwire.run.RunFolder;
import gradwire.run.UpdateLedger;
import gradwire.trace.Lane;
import gradwire.transport.ShardConnection;
import gradwire.transport.Weights;
import gradwire.worker.engine.ComputeEngine;
import gradwire.worker.program.ProgramContext;
import gradwire.worker.program.TrainingTask;
import gradwire.worker.step.ServerGroup.Joined;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * One worker from start to goodbye: joins the servers, trains, and, as the chief, evaluates and
 * saves. One thread runs it; {@link #requestStop} may be called from any.
 */
public final class WorkerRun {
  private final WorkerSetup setup;
  private final Supplier<List<ShardConnection>> connect;
  private final InstantSource clock;
  private final Lane lane;
  private volatile boolean stopRequested;

  /**
   * @param connect opens a line to every server, in task order; called when the model is ready
   */
  public WorkerRun(
      WorkerSetup setup, Supplier<List<ShardConnection>> connect, InstantSource clock) {
    this.setup = setup;
    this.connect = connect;
    this.clock = clock;
    this.lane = setup.tracer().lane("step");
  }

  /** Ends the run at the step that is under way. Heeded by the chief; the others follow it. */
  public void requestStop() {
    stopRequested = true;
  }

  /** Trains to the end. */
  public WorkerOutcome run() {
    try (TrainingTask task = setup.program().create(context())) {
      task.listener().starting();
      Consistency consistency = consistency(task, setup.training());
      ServerGroup servers =
          new ServerGroup(
              connect.get(),
              task.engine().layout(),
              consistency,
              setup.task().index(),
              setup.incarnation(),
              lane);
      try (servers;
          StepCounters counters = counters()) {
        return setup.task().isChief()
            ? asChief(task, servers, consistency, counters)
            : asOther(task, servers, consistency, counters);
      }
    }
  }

  private ProgramContext context() {
    return new ProgramContext(
        setup.task(),
        setup.numWorkers(),
        setup.training().seed(),
        setup.flags(),
        setup.home(),
        setup.out());
  }

  /** The job file's word, unless it says nothing and the program's own flags do. */
  static Consistency consistency(TrainingTask task, Training training) {
    return training.consistency().equals(Training.DEFAULT.consistency())
        ? task.consistency().orElse(training.consistency())
        : training.consistency();
  }

  /** Whether every step needs every worker's gradient: none is ever ahead of another. */
  static boolean isInStep(Consistency consistency, int numWorkers) {
    return consistency instanceof Consistency.Sync(var replicas)
        && replicas.orElse(numWorkers) == numWorkers;
  }

  private StepCounters counters() {
    return new StepCounters(
        clock,
        setup
            .state()
            .map(folder -> UpdateLedger.open(RunFolder.ledger(folder, setup.task())))
            .orElseGet(UpdateLedger::inMemory));
  }

  private WorkerOutcome asOther(
      TrainingTask task, ServerGroup servers, Consistency consistency, StepCounters counters) {
    Joined joined = servers.open(setup.numWorkers(), task.engine());
    counters.joined(setup.task().name(), joined);
    Weights first = firstWeights(task, servers, consistency, joined);
    Weights last = train(task, servers, counters, first, joined, (weights, loss) -> weights);
    servers.leave();
    return outcome(
        task, servers, last, counters, new TreeMap<>(), "", OptionalLong.empty(), Double.NaN);
  }

  /**
   * A later incarnation goes on from where every server is: one may be a step ahead, but no more if
   * it needs this worker's gradient for each.
   */
  private Weights firstWeights(
      TrainingTask task, ServerGroup servers, Consistency consistency, Joined joined) {
    boolean mayBeAhead = setup.incarnation() > 0 && isInStep(consistency, setup.numWorkers());
    return servers.pull(
        mayBeAhead ? OptionalLong.of(joined.step()) : OptionalLong.empty(),
        task.engine().parameters());
  }

  private WorkerOutcome asChief(
      TrainingTask task, ServerGroup servers, Consistency consistency, StepCounters counters) {
    ComputeEngine engine = task.engine();
    task.initialize();
    Joined joined =
        servers.openAsChief(
            setup.numWorkers(),
            new ServerGroup.Settings(
                setup.training().optimizer().orElseGet(task::optimizer),
                consistency,
                task.trainSteps(),
                setup.training().checkpoint()),
            engine);
    counters.joined(setup.task().name(), joined);
    try (ChiefDuties duties =
        new ChiefDuties(setup, task, servers, consistency, clock, () -> stopRequested)) {
      Weights first = firstWeights(task, servers, consistency, joined);
      if (setup.incarnation() > 0) {
        duties.resumeAt(first.step());
      }
      train(task, servers, counters, first, joined, duties);
      servers.awaitOthers();
      Weights last = servers.pull(engine.parameters());
      String sha256 = FinalModel.save(task, last.step(), setup.model());
      SortedMap<String, Double> metrics = duties.finish(last.step());
      servers.leave();
      return outcome(
          task,
          servers,
          last,
          counters,
          metrics,
          sha256,
          duties
              .reached()
              .map(reached -> OptionalLong.of(reached.step()))
              .orElse(OptionalLong.empty()),
          duties.reached().map(BackgroundEvaluation.Reached::atEpochSeconds).orElse(Double.NaN));
    }
  }

  private Weights train(
      TrainingTask task,
      ServerGroup servers,
      StepCounters counters,
      Weights first,
      Joined joined,
      TrainingLoop.Between between) {
    TrainingLoop loop = new TrainingLoop(setup, task, servers, counters, lane, between);
    counters.trainingBegins();
    task.listener().trainingBegins();
    Weights last = loop.run(first, joined);
    counters.trainingEnds();
    task.listener().trainingEnds();
    return last;
  }

  private WorkerOutcome outcome(
      TrainingTask task,
      ServerGroup servers,
      Weights last,
      StepCounters counters,
      SortedMap<String, Double> metrics,
      String sha256,
      OptionalLong targetStep,
      double targetAt) {
    return new WorkerOutcome(
        stopRequested && last.step() < task.trainSteps(),
        last.step(),
        counters,
        task.engine().backend(),
        servers.carrier(),
        task.engine().layout().numFloats() * Float.BYTES,
        metrics,
        sha256,
        targetStep,
        targetAt);
  }
}
