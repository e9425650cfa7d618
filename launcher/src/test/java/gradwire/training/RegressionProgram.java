package gradwire.training;

import gradwire.update.OptimizerSpec;
import gradwire.worker.data.BatchSource;
import gradwire.worker.engine.Batch;
import gradwire.worker.engine.ComputeEngine;
import gradwire.worker.program.Evaluation;
import gradwire.worker.program.Flag;
import gradwire.worker.program.ProgramContext;
import gradwire.worker.program.StepListener;
import gradwire.worker.program.TrainingProgram;
import gradwire.worker.program.TrainingTask;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * An entry class for tests.
 *
 * @param trainSteps where the run ends
 * @param batchSize of one replica
 * @param beforeGradient called before a worker's gradient, with worker and its local step from 0
 * @param beforeEvaluation called on the evaluation's thread; empty: nothing is evaluated
 * @param listener told of each worker's steps
 */
record RegressionProgram(
    long trainSteps,
    int batchSize,
    StepAction beforeGradient,
    Optional<Runnable> beforeEvaluation,
    StepAction listener)
    implements TrainingProgram {
  static final int BATCH_SIZE = 10;
  static final double LEARNING_RATE = 0.05;

  /** Something that happens to a worker at a step. */
  interface StepAction {
    StepAction NONE = (worker, step) -> {};

    void at(int worker, long step);
  }

  static RegressionProgram of(long trainSteps) {
    return new RegressionProgram(
        trainSteps, BATCH_SIZE, StepAction.NONE, Optional.of(() -> {}), StepAction.NONE);
  }

  RegressionProgram withBeforeGradient(StepAction action) {
    return new RegressionProgram(trainSteps, batchSize, action, beforeEvaluation, listener);
  }

  RegressionProgram withEvaluation(Optional<Runnable> before) {
    return new RegressionProgram(trainSteps, batchSize, beforeGradient, before, listener);
  }

  RegressionProgram withListener(StepAction action) {
    return new RegressionProgram(trainSteps, batchSize, beforeGradient, beforeEvaluation, action);
  }

  @Override
  public List<Flag> flags() {
    return List.of();
  }

  @Override
  public TrainingTask create(ProgramContext context) {
    return new Task(this, context, new RegressionEngine());
  }

  private record Task(
      RegressionProgram program, ProgramContext context, RegressionEngine regression)
      implements TrainingTask {
    @Override
    public ComputeEngine engine() {
      return regression;
    }

    @Override
    public BatchSource batches() {
      BatchSource data = new RegressionData(context.seed(), program.batchSize);
      return (replica, step) -> {
        program.beforeGradient.at(replica, step);
        return data.next(replica, step);
      };
    }

    @Override
    public long trainSteps() {
      return program.trainSteps;
    }

    @Override
    public OptimizerSpec optimizer() {
      return OptimizerSpec.of("sgd", Map.of("learning_rate", LEARNING_RATE));
    }

    @Override
    public void initialize() {
      for (long i = 0; i < RegressionEngine.LAYOUT.numFloats(); i++) {
        regression.parameters().setAtIndex(ValueLayout.JAVA_FLOAT, i, 0.125f * i);
      }
    }

    @Override
    public Optional<Supplier<Evaluation>> evaluations() {
      return program.beforeEvaluation.map(before -> () -> new TestError(before));
    }

    @Override
    public StepListener listener() {
      return new StepListener() {
        @Override
        public void stepDone(long localStep, long globalStep, double loss) {
          program.listener.at(context.task().index(), globalStep);
        }
      };
    }

    @Override
    public void saveModel(Path folder) {}

    @Override
    public void close() {
      regression.close();
    }
  }

  private record TestError(Runnable before) implements Evaluation {
    @Override
    public SortedMap<String, Double> evaluate(MemorySegment parameters) {
      before.run();
      Batch batch = new RegressionData(-1, 100).next(0, 0);
      double sum = 0;
      for (int example = 0; example < 100; example++) {
        sum += Math.abs(RegressionEngine.error(parameters, batch, example));
      }
      return new TreeMap<>(Map.of("testLoss", sum / 100));
    }

    @Override
    public void close() {}
  }
}
