package gradwire.training;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.random.Draws;
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
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Trains a {@link WideEngine}.
 *
 * @param trainSteps where the run ends
 * @param floatsPerLayer of four layers
 * @param beforeGradient told of each batch before it is computed
 */
record WideProgram(long trainSteps, int floatsPerLayer, Before beforeGradient)
    implements TrainingProgram {
  /** Something that happens as a worker fetches a replica's batch; on the worker's thread. */
  interface Before {
    void at(int worker, int replica, long step);
  }

  @Override
  public List<Flag> flags() {
    return List.of();
  }

  @Override
  public TrainingTask create(ProgramContext context) {
    return new Task(this, context, new WideEngine(floatsPerLayer));
  }

  private record Task(WideProgram program, ProgramContext context, ComputeEngine engine)
      implements TrainingTask {
    @Override
    public BatchSource batches() {
      FloatTensor one = FloatTensor.zeros(Arena.ofAuto(), 1, 1);
      return (replica, step) -> {
        program.beforeGradient.at(context.task().index(), replica, step);
        Draws draws = Draws.of(context.seed(), Draws.Purpose.SHUFFLE, replica, step);
        one.memory().set(JAVA_FLOAT, 0, (float) draws.nextGaussian());
        return Batch.of(one, one);
      };
    }

    @Override
    public long trainSteps() {
      return program.trainSteps;
    }

    @Override
    public OptimizerSpec optimizer() {
      return OptimizerSpec.of("adam", Map.of("learning_rate", 0.05));
    }

    @Override
    public void initialize() {
      for (long i = 0; i < engine.layout().numFloats(); i++) {
        engine.parameters().setAtIndex(JAVA_FLOAT, i, (i % 11) / 8f);
      }
    }

    @Override
    public Optional<Supplier<Evaluation>> evaluations() {
      return Optional.of(FirstWeight::new);
    }

    @Override
    public void saveModel(Path folder) {}

    @Override
    public void close() {
      engine.close();
    }
  }

  private static final class FirstWeight implements Evaluation {
    @Override
    public SortedMap<String, Double> evaluate(MemorySegment parameters) {
      return new TreeMap<>(Map.of("firstWeight", (double) parameters.get(JAVA_FLOAT, 0)));
    }

    @Override
    public void close() {}
  }
}
