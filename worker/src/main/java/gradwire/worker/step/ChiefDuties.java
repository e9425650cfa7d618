package gradwire.worker.step;

import gradwire.config.Consistency;
import gradwire.config.Training;
import gradwire.error.Expect;
import gradwire.transport.Weights;
import gradwire.worker.program.TrainingTask;
import java.lang.foreign.MemorySegment;
import java.time.InstantSource;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * What the chief (who has replica 0) does between its steps: evaluates every so often, ends the run
 * at the target or when asked to stop, and writes the metrics log. The worker's thread.
 *
 * <p>In sync mode the end is a function of the job alone: an evaluation at a multiple of {@code
 * evaluate_every_steps} takes effect at the next multiple, however long it took. Otherwise it takes
 * effect when it is known. So it stays where the chief is killed in between: what it was evaluating
 * is evaluated again, unless the log has the result.
 */
final class ChiefDuties implements TrainingLoop.Between, AutoCloseable {
  private HeldReplicas replicas;
  private final MemorySegment parameters;
  private final boolean inStep;
  private final long evaluateEverySteps;
  private final BooleanSupplier stopRequested;
  private final Optional<BackgroundEvaluation> evaluation;
  private final ProgressLog progress;
  private long nextEvaluation;
  private boolean ended;
  private boolean restarted;

  /**
   * @param turn the n-th chief's, from 0
   */
  ChiefDuties(
      WorkerSetup setup,
      TrainingTask task,
      HeldReplicas replicas,
      int turn,
      Consistency consistency,
      InstantSource clock,
      BooleanSupplier stopRequested) {
    Training training = setup.training();
    Expect.that(
        training.stopAt().isEmpty() || task.evaluations().isPresent(),
        "training.stop_at",
        "an entry class that evaluates",
        setup.program().getClass().getName(),
        "remove stop_at");
    this.replicas = replicas;
    this.parameters = task.engine().parameters();
    this.inStep = WorkerLife.isInStep(consistency, setup.numReplicas());
    this.evaluateEverySteps = training.evaluateEverySteps();
    this.nextEvaluation = evaluateEverySteps;
    this.stopRequested = stopRequested;
    this.progress = new ProgressLog(setup.metrics(), clock);
    this.evaluation =
        task.evaluations()
            .map(
                maker ->
                    new BackgroundEvaluation(
                        maker,
                        EvaluatedWeights.ofTurn(
                            setup.state().filter(folder -> inStep),
                            turn,
                            task.engine().layout().numFloats()),
                        training,
                        clock,
                        setup.tracer().lane("evaluation"),
                        progress::evaluated));
  }

  /** The same chief goes on with new lines. */
  void goOnWith(HeldReplicas next) {
    replicas = next;
    restarted = true;
  }

  /** Another is the chief from now on: what is still under way here goes nowhere. */
  void abandon() {
    progress.fallSilent();
    close();
  }

  /** The chief before has done what there was to do before {@code step}. */
  void resumeAt(long step) {
    restarted = true;
    progress.beginsAt(step);
    evaluation.ifPresent(
        background -> {
          background.remember(progress.evaluations());
          if (evaluateEverySteps > 0) {
            resumeAt(step, background);
          }
        });
  }

  private void resumeAt(long step, BackgroundEvaluation background) {
    boolean isDue = step % evaluateEverySteps == 0;
    long before = step / evaluateEverySteps * evaluateEverySteps;
    long begun = inStep && isDue ? before - evaluateEverySteps : before;
    nextEvaluation = Math.max(evaluateEverySteps, inStep ? begun + evaluateEverySteps : before);
    if (inStep && begun > 0 && !progress.hasEvaluated(begun)) {
      background.startAgain(begun);
    }
  }

  @Override
  public Weights betweenSteps(Weights weights, double loss) {
    progress.step(weights.step(), loss);
    if (weights.isLast() && restarted && !ended) {
      return endAt(weights); // perhaps only some of the servers were told
    }
    if (weights.isLast() || ended) {
      return weights;
    }
    if (stopRequested.getAsBoolean()) {
      return endAt(weights);
    }
    if (evaluateEverySteps == 0 || evaluation.isEmpty()) {
      return weights;
    }
    return inStep
        ? evaluateInStep(weights, evaluation.get())
        : evaluateWhenIdle(weights, evaluation.get());
  }

  private Weights evaluateInStep(Weights weights, BackgroundEvaluation background) {
    if (weights.step() < nextEvaluation) {
      return weights;
    }
    background.await();
    if (background.reached().filter(it -> it.step() < weights.step()).isPresent()) {
      return endAt(weights);
    }
    replicas.awaitParameters();
    background.start(weights.step(), parameters);
    nextEvaluation += evaluateEverySteps;
    return weights;
  }

  private Weights evaluateWhenIdle(Weights weights, BackgroundEvaluation background) {
    if (background.reached().isPresent()) {
      return endAt(weights);
    }
    if (weights.step() >= nextEvaluation && background.isIdle()) {
      replicas.awaitParameters();
      background.start(weights.step(), parameters);
      nextEvaluation =
          weights.step() / evaluateEverySteps * evaluateEverySteps + evaluateEverySteps;
    }
    return weights;
  }

  /** If other replicas are given to this worker meanwhile, it is told again with new lines. */
  private Weights endAt(Weights weights) {
    long lastStep = replicas.first().servers().declareLastStep(weights.step());
    ended = true;
    return new Weights(weights.outcome(), weights.step(), lastStep);
  }

  /** Evaluates the final weights, which the engine holds. */
  SortedMap<String, Double> finish(long step) {
    evaluation.ifPresent(
        background -> {
          background.start(step, parameters);
          background.await();
        });
    return evaluation.map(background -> progress.latest()).orElseGet(TreeMap::new);
  }

  /** The first evaluation that reached the job's target. */
  Optional<BackgroundEvaluation.Reached> reached() {
    return evaluation.flatMap(BackgroundEvaluation::reached);
  }

  @Override
  public void close() {
    evaluation.ifPresent(BackgroundEvaluation::close);
    progress.close();
  }
}
