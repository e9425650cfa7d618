package gradwire.worker.step;

import gradwire.config.Consistency;
import gradwire.config.Training;
import gradwire.trace.Lane;
import gradwire.transport.ShardConnection;
import gradwire.transport.Weights;
import gradwire.worker.engine.ComputeEngine;
import gradwire.worker.program.ProgramContext;
import gradwire.worker.program.TrainingTask;
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
      try (servers) {
        return setup.task().isChief()
            ? asChief(task, servers, consistency)
            : asOther(task, servers);
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

  private WorkerOutcome asOther(TrainingTask task, ServerGroup servers) {
    servers.open(setup.numWorkers(), task.engine());
    StepCounters counters = new StepCounters(clock);
    Weights last = train(task, servers, counters, (weights, loss) -> weights);
    servers.leave();
    return outcome(
        task, servers, last, counters, new TreeMap<>(), "", OptionalLong.empty(), Double.NaN);
  }

  private WorkerOutcome asChief(TrainingTask task, ServerGroup servers, Consistency consistency) {
    ComputeEngine engine = task.engine();
    task.initialize();
    servers.openAsChief(
        setup.numWorkers(),
        new ServerGroup.Settings(
            setup.training().optimizer().orElseGet(task::optimizer),
            consistency,
            task.trainSteps(),
            setup.training().checkpoint()),
        engine);
    StepCounters counters = new StepCounters(clock);
    try (ChiefDuties duties =
        new ChiefDuties(setup, task, servers, consistency, clock, () -> stopRequested)) {
      train(task, servers, counters, duties);
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
      TrainingTask task, ServerGroup servers, StepCounters counters, TrainingLoop.Between between) {
    TrainingLoop loop = new TrainingLoop(setup, task, servers, counters, lane, between);
    Weights first = servers.pull(task.engine().parameters());
    counters.trainingBegins();
    task.listener().trainingBegins();
    Weights last = loop.run(first);
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
