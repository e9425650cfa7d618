package gradwire.examples.quadratic;

import gradwire.error.Expect;
import gradwire.update.OptimizerSpec;
import gradwire.worker.data.BatchSource;
import gradwire.worker.engine.Batch;
import gradwire.worker.engine.ComputeEngine;
import gradwire.worker.engine.FloatTensor;
import gradwire.worker.program.Evaluation;
import gradwire.worker.program.Flag;
import gradwire.worker.program.ProgramContext;
import gradwire.worker.program.TrainingProgram;
import gradwire.worker.program.TrainingTask;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Trains as many parameters as asked for towards 1, without data. */
public final class Quadratic implements TrainingProgram {
  private static final long MAX_FLOATS = 1L << 40;

  @Override
  public List<Flag> flags() {
    return List.of(
        new Flag("num_floats", "25000000", "parameters of the model, 4 bytes each"),
        new Flag("num_layers", "8", "layers that they are split into"),
        new Flag("train_steps", "20", "global steps"),
        new Flag("learning_rate", "0.01", "of Adam"));
  }

  @Override
  public TrainingTask create(ProgramContext context) {
    Expect.that(
        context.compute().gpu().isEmpty(),
        "estimator.use_gpu",
        "false with " + Quadratic.class.getName(),
        true,
        "it computes on the CPU");
    long numFloats = Math.min(MAX_FLOATS, context.flags().wholeNumber("num_floats", 1));
    int numLayers = (int) Math.min(numFloats, context.flags().count("num_layers", 1));
    return new Task(
        new QuadraticEngine(numFloats, numLayers),
        Batch.of(FloatTensor.zeros(Arena.ofAuto(), 1, 1), FloatTensor.zeros(Arena.ofAuto(), 1, 1)),
        context.flags().wholeNumber("train_steps", 1),
        context.flags().positive("learning_rate"));
  }

  private record Task(ComputeEngine engine, Batch batch, long trainSteps, double learningRate)
      implements TrainingTask {
    @Override
    public BatchSource batches() {
      return (replica, step) -> batch;
    }

    @Override
    public OptimizerSpec optimizer() {
      return OptimizerSpec.of("adam", Map.of("learning_rate", learningRate));
    }

    /** Zeros, as the engine's memory is. */
    @Override
    public void initialize() {}

    @Override
    public Optional<Supplier<Evaluation>> evaluations() {
      return Optional.empty();
    }

    @Override
    public void saveModel(Path folder) {}

    @Override
    public void close() {
      engine.close();
    }
  }
}
