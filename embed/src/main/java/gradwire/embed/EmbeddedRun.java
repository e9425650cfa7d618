package gradwire.embed;

import gradwire.config.ComputeChoice;
import gradwire.config.ComputeTarget;
import gradwire.config.Estimator;
import gradwire.config.JobFile;
import gradwire.config.LoadedJob;
import gradwire.config.Training;
import gradwire.error.Expect;
import gradwire.error.GradwireException;
import gradwire.error.UsageException;
import gradwire.launcher.JobPlanner;
import gradwire.launcher.JobRun;
import gradwire.launcher.ProgressView;
import gradwire.launcher.RunControl;
import gradwire.launcher.Style;
import gradwire.run.RunFolder;
import gradwire.run.RunResult;
import gradwire.run.RunStatus;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One embedded run from beginning to end. One thread (the caller's), which it blocks. */
final class EmbeddedRun {
  /** Names of the two iterators in messages. */
  static final String TRAINING_DATA = "training data";

  static final String TEST_DATA = "test data";

  /**
   * All that the caller chose.
   *
   * @param batchSize empty: the iterator's own
   * @param training with an optimizer in it
   * @param progress where a line about the progress goes, if anywhere
   */
  record Plan(
      TrainableNetwork network,
      MiniBatches examples,
      Optional<MiniBatches> testExamples,
      String experiment,
      int numWorkers,
      int numServers,
      int numEpochs,
      Optional<Integer> batchSize,
      Training training,
      boolean useGpu,
      ComputeTarget target,
      Optional<PrintStream> progress) {
    ComputeChoice compute(int worker) {
      return ComputeChoice.of(training.engine(), useGpu, worker);
    }
  }

  private final Plan plan;
  private final RunFolder folder;
  private final TrainingInput input;
  private final InstantSource clock = InstantSource.system();

  EmbeddedRun(Plan plan, RunFolder folder) {
    this.plan = plan;
    this.folder = folder;
    this.input = TrainingInput.create(folder.root());
  }

  /**
   * Trains; the network has the new parameters afterwards, and only then.
   *
   * @throws UsageException if the data don't suit, before anything is started
   * @throws GradwireException if the run failed or was interrupted
   */
  RunResult awaitResult() {
    RunResult result = awaitResult(prepare());
    requireSuccess(result);
    plan.network().takeParameters(SpooledTask.zip(folder.model()));
    input.dropExamples();
    return result;
  }

  /** A run that is refused leaves no folder behind. */
  private JobRun prepare() {
    Instant launchedAt = clock.instant();
    try {
      JobFile job = job(writeInput());
      return JobPlanner.plan(new LoadedJob(job, List.of()), () -> folder, launchedAt);
    } catch (UsageException refused) {
      input.discard();
      throw refused;
    }
  }

  /** Writes what the workers read; returns what it comes to. */
  private TrainSteps writeInput() {
    SpoolWriter.write(TRAINING_DATA, plan.examples(), input.train());
    plan.testExamples().ifPresent(test -> SpoolWriter.write(TEST_DATA, test, input.test()));
    try (Arena arena = Arena.ofConfined()) {
      Spool spool = Spool.open(input.train(), arena);
      FitCheck.require(TRAINING_DATA, plan.network(), plan.compute(0), spool);
      if (plan.testExamples().isPresent()) {
        requireAlike(spool, Spool.open(input.test(), arena));
      }
      plan.network().write(input.root());
      return new TrainSteps(
          plan.numEpochs(), spool.numExamples(), plan.batchSize().orElseGet(spool::largestBatch));
    }
  }

  private static void requireAlike(Spool train, Spool test) {
    Expect.that(
        test.exampleShapes().equals(train.exampleShapes()),
        TEST_DATA,
        "examples as those trained on, of shape " + train.exampleShapes(),
        test.exampleShapes(),
        "check the iterator given to evaluate");
    SpooledEvaluation.requireClasses(TEST_DATA, test);
  }

  private JobFile job(TrainSteps steps) {
    int numReplicas = plan.training().numReplicas(plan.numWorkers());
    long trainSteps = steps.count(plan.training().consistency(), numReplicas);
    Estimator defaults = Estimator.of(SpooledTraining.class.getName());
    return new JobFile(
        plan.experiment(),
        new Estimator(
            defaults.entryClass(),
            defaults.nodeCount(),
            plan.numWorkers(),
            plan.numServers(),
            plan.useGpu(),
            Map.of(
                SpooledTraining.INPUT_DIR, input.root().toString(),
                SpooledTraining.BATCH_SIZE, Integer.toString(steps.batchSize()),
                SpooledTraining.TRAIN_STEPS, Long.toString(trainSteps)),
            defaults.maxRunDurationSeconds()),
        plan.training(),
        plan.target());
  }

  private RunResult awaitResult(JobRun run) {
    RunControl control = new RunControl();
    if (plan.progress().isEmpty()) {
      return run.awaitResult(control, () -> {}, clock);
    }
    PrintStream out = plan.progress().get();
    ProgressView view = new ProgressView(run.description(), out, Style.PLAIN, clock);
    try {
      return run.awaitResult(control, view, clock);
    } finally {
      view.end();
    }
  }

  private void requireSuccess(RunResult result) {
    if (result.status() != RunStatus.SUCCEEDED) {
      throw new GradwireException(
          "run "
              + result.status().label()
              + ": "
              + (result.error() == null ? "interrupted" : result.error())
              + "; its files: "
              + folder.root());
    }
  }
}
