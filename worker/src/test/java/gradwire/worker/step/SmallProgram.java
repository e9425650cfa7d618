package gradwire.worker.step;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.tensor.FlatLayout;
import gradwire.tensor.Floats;
import gradwire.tensor.TensorSpec;
import gradwire.update.OptimizerSpec;
import gradwire.worker.data.BatchSource;
import gradwire.worker.engine.Batch;
import gradwire.worker.engine.ComputeEngine;
import gradwire.worker.engine.FloatTensor;
import gradwire.worker.engine.StepFlow;
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

/** Five weights; the gradient depends on weights, batch and random key. */
record SmallProgram(long trainSteps) implements TrainingProgram {
  private static final FlatLayout LAYOUT =
      new FlatLayout(List.of(TensorSpec.weight("w", 3, 1), TensorSpec.bias("b", 2)));

  @Override
  public List<Flag> flags() {
    return List.of();
  }

  @Override
  public TrainingTask create(ProgramContext context) {
    return new Task(trainSteps, new Engine());
  }

  private record Task(long trainSteps, Engine engine) implements TrainingTask {
    @Override
    public BatchSource batches() {
      FloatTensor one = FloatTensor.zeros(Arena.ofAuto(), 2, 1);
      return (replica, step) -> {
        one.memory().set(JAVA_FLOAT, 0, step);
        return Batch.of(one, one);
      };
    }

    @Override
    public OptimizerSpec optimizer() {
      return OptimizerSpec.of("sgd", Map.of("learning_rate", 0.1));
    }

    @Override
    public void initialize() {
      engine.parameters().fill((byte) 0);
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

  private static final class Engine implements ComputeEngine {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment parameters = Floats.allocate(arena, LAYOUT.numFloats());
    private final MemorySegment gradient = Floats.allocate(arena, LAYOUT.numFloats());

    @Override
    public FlatLayout layout() {
      return LAYOUT;
    }

    @Override
    public MemorySegment parameters() {
      return parameters;
    }

    @Override
    public MemorySegment gradient() {
      return gradient;
    }

    @Override
    public double computeGradient(Batch batch, long randomKey, StepFlow flow) {
      flow.awaitParameters(0, LAYOUT.numFloats());
      float index = batch.features().getFirst().memory().get(JAVA_FLOAT, 0);
      for (int i = 0; i < LAYOUT.numFloats(); i++) {
        float weight = parameters.getAtIndex(JAVA_FLOAT, i);
        gradient.setAtIndex(JAVA_FLOAT, i, weight / 3 + index + (randomKey & 0xff) / 256f);
      }
      flow.gradientReady(0, LAYOUT.numFloats());
      return index;
    }

    @Override
    public List<FloatTensor> infer(Batch batch) {
      throw new UnsupportedOperationException();
    }

    @Override
    public String backend() {
      return "test";
    }

    @Override
    public void close() {
      arena.close();
    }
  }
}
