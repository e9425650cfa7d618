package gradwire.worker.step;

import gradwire.config.Consistency;
import gradwire.config.Training;
import gradwire.membership.Membership;
import gradwire.trace.Lane;
import gradwire.transport.ShardConnection;
import gradwire.worker.program.ProgramContext;
import gradwire.worker.program.TrainingTask;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;

/**
 * One worker from start to goodbye: makes the model, then computes the replicas that are its. One
 * thread runs it; {@link #requestStop} and {@link #requestLeave} may be called from any.
 */
public final class WorkerRun {
  private final WorkerSetup setup;
  private final Supplier<List<ShardConnection>> connect;
  private final InstantSource clock;
  private final Lane lane;
  private final Requests requests = new Requests();
  private volatile boolean isElastic;

  /** What others want of a worker. Thread-safe. */
  static final class Requests {
    private volatile boolean stop;
    private volatile boolean leave;

    boolean stop() {
      return stop;
    }

    boolean leave() {
      return leave;
    }
  }

  /**
   * @param connect opens a line to every server, in task order; called when the model is ready,
   *     once for each replica and turn
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
    requests.stop = true;
  }

  /**
   * Ends this worker after the step that is under way; the run goes on without it.
   *
   * @return whether it will; not where nobody could take its replicas over, nor before it has
   *     joined
   */
  public boolean requestLeave() {
    requests.leave = isElastic;
    return isElastic;
  }

  /** Trains to the end. */
  public WorkerOutcome run() {
    try (TrainingTask task = setup.program().create(context())) {
      task.listener().starting();
      Consistency consistency = consistency(task, setup.training());
      setup.training().requireFits(consistency, setup.numWorkers());
      try (Membership membership = setup.membership().apply(consistency);
          WorkerLife life =
              new WorkerLife(
                  setup, task, consistency, membership, connect, clock, lane, requests)) {
        isElastic = membership.isElastic();
        return life.run();
      }
    }
  }

  private ProgramContext context() {
    return new ProgramContext(
        setup.task(),
        setup.numWorkers(),
        setup.numReplicas(),
        setup.training().seed(),
        setup.compute(),
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
}
