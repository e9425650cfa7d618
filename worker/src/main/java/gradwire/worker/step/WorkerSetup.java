package gradwire.worker.step;

import gradwire.cluster.TaskId;
import gradwire.config.ComputeChoice;
import gradwire.config.Consistency;
import gradwire.config.Training;
import gradwire.membership.Assignment;
import gradwire.membership.Membership;
import gradwire.trace.Tracer;
import gradwire.worker.program.FlagValues;
import gradwire.worker.program.TrainingProgram;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/**
 * All that one worker is started with.
 *
 * @param task this worker
 * @param numWorkers how many take part
 * @param training the job's {@code training:} block
 * @param useGpu whether it is to compute on a GPU
 * @param program the entry class
 * @param flags its flags
 * @param home where relative paths begin
 * @param out the task's output lines
 * @param metrics where the chief appends its measurements
 * @param model where the chief leaves the final weights
 * @param state what the next incarnation must know; empty: there will be none
 * @param tracer records what it does; whoever made it closes it
 * @param membership joins the run, whose consistency it is told, and says which replicas are this
 *     worker's; closed by the run
 */
public record WorkerSetup(
    TaskId task,
    int numWorkers,
    Training training,
    boolean useGpu,
    TrainingProgram program,
    FlagValues flags,
    Path home,
    PrintStream out,
    Optional<Path> metrics,
    Optional<Path> model,
    Optional<Path> state,
    Tracer tracer,
    Function<Consistency, Membership> membership) {

  /**
   * A worker whose replicas are its own for good.
   *
   * @param incarnation its n-th start, from 0
   */
  public WorkerSetup(
      TaskId task,
      int incarnation,
      int numWorkers,
      Training training,
      boolean useGpu,
      TrainingProgram program,
      FlagValues flags,
      Path home,
      PrintStream out,
      Optional<Path> metrics,
      Optional<Path> model,
      Optional<Path> state,
      Tracer tracer) {
    this(
        task,
        numWorkers,
        training,
        useGpu,
        program,
        flags,
        home,
        out,
        metrics,
        model,
        state,
        tracer,
        home(task, incarnation, numWorkers, training));
  }

  /**
   * The replicas that are at home at a worker are its own for good.
   *
   * @param incarnation its n-th start, from 0
   */
  public static Function<Consistency, Membership> home(
      TaskId task, int incarnation, int numWorkers, Training training) {
    return consistency ->
        Membership.fixed(
            Assignment.home(
                task.index(), numWorkers, training.numReplicas(numWorkers), incarnation));
  }

  /** A worker that is not started again: nothing outlives it. */
  public WorkerSetup(
      TaskId task,
      int incarnation,
      int numWorkers,
      Training training,
      boolean useGpu,
      TrainingProgram program,
      FlagValues flags,
      Path home,
      PrintStream out,
      Optional<Path> metrics,
      Optional<Path> model,
      Tracer tracer) {
    this(
        task,
        incarnation,
        numWorkers,
        training,
        useGpu,
        program,
        flags,
        home,
        out,
        metrics,
        model,
        Optional.empty(),
        tracer);
  }

  /** What computes its gradients. */
  ComputeChoice compute() {
    return ComputeChoice.of(training.engine(), useGpu, task.index());
  }

  /** How many replicas the run has. */
  public int numReplicas() {
    return training.numReplicas(numWorkers);
  }
}
