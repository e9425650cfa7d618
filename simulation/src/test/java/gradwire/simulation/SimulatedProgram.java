package gradwire.simulation;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.tensor.FlatLayout;
import gradwire.tensor.Floats;
import gradwire.update.OptimizerSpec;
import gradwire.worker.data.BatchSource;
import gradwire.worker.engine.Batch;
import gradwire.worker.engine.ComputeEngine;
import gradwire.worker.engine.FloatTensor;
import gradwire.worker.engine.StepFlow;
import gradwire.worker.program.Evaluation;
import gradwire.worker.program.Flag;
import gradwire.worker.program.ProgramContext;
import gradwire.worker.program.StepListener;
import gradwire.worker.program.TrainingProgram;
import gradwire.worker.program.TrainingTask;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Gradients that tell whose they are: a single 1 at the place of the push; where the job is {@link
 * Scenario#dependent}, with something of all servers' weights.
 *
 * @param compute lets the time of a gradient pass
 * @param step of the first server
 * @param end called when the chief is to end the run
 */
record SimulatedProgram(Scenario scenario, Runnable compute, LongSupplier step, Runnable end)
    implements TrainingProgram {
  private void reached(long globalStep) {
    if (globalStep >= scenario.endsAfter() && scenario.endsAfter() < scenario.lastStep()) {
      end.run();
    }
  }

  @Override
  public List<Flag> flags() {
    return List.of();
  }

  @Override
  public TrainingTask create(ProgramContext context) {
    return new Task(this, new Engine(scenario, compute));
  }

  private record Task(SimulatedProgram program, Engine engine) implements TrainingTask {
    @Override
    public BatchSource batches() {
      return (replica, step) -> {
        program.reached(program.step.getAsLong());
        FloatTensor push = FloatTensor.zeros(engine.arena, 1, 2);
        push.memory().setAtIndex(JAVA_FLOAT, 0, replica);
        push.memory().setAtIndex(JAVA_FLOAT, 1, step + 1);
        return Batch.of(push, push);
      };
    }

    @Override
    public long trainSteps() {
      return program.scenario.lastStep();
    }

    @Override
    public OptimizerSpec optimizer() {
      return program.scenario.optimizer();
    }

    @Override
    public void initialize() {}

    @Override
    public Optional<Supplier<Evaluation>> evaluations() {
      return Optional.empty();
    }

    @Override
    public StepListener listener() {
      return new StepListener() {
        @Override
        public void stepDone(long localStep, long globalStep, double loss) {
          program.reached(globalStep);
        }
      };
    }

    @Override
    public void saveModel(Path folder) {}

    @Override
    public void close() {
      engine.close();
    }
  }

  private static final class Engine implements ComputeEngine {
    private final Scenario scenario;
    private final Runnable compute;
    private final FlatLayout layout;
    private final Arena arena = Arena.ofAuto();
    private final MemorySegment parameters;
    private final MemorySegment gradient;

    Engine(Scenario scenario, Runnable compute) {
      this.scenario = scenario;
      this.compute = compute;
      this.layout = scenario.layout();
      this.parameters = Floats.allocate(arena, layout.numFloats());
      this.gradient = Floats.allocate(arena, layout.numFloats());
    }

    @Override
    public FlatLayout layout() {
      return layout;
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
      flow.awaitParameters(0, layout.numFloats());
      compute.run();
      MemorySegment push = batch.features().getFirst().memory();
      computeGradient((int) push.getAtIndex(JAVA_FLOAT, 0), (long) push.getAtIndex(JAVA_FLOAT, 1));
      flow.gradientReady(0, layout.numFloats());
      return 0;
    }

    private void computeGradient(int replica, long sequence) {
      gradient.fill((byte) 0);
      int each = scenario.numFloats();
      for (int server = 0; server < scenario.numServers(); server++) {
        if (scenario.dependent()) {
          depend(replica, server * each, (server + 1) % scenario.numServers() * each);
        }
        if (sequence <= scenario.mostPushes()) {
          long at = server * each + scenario.weightOf(replica, sequence);
          gradient.setAtIndex(JAVA_FLOAT, at, gradient.getAtIndex(JAVA_FLOAT, at) + 1);
        }
      }
    }

    private void depend(int replica, int mine, int others) {
      for (int i = 0; i < scenario.numFloats(); i++) {
        float value =
            0.5f * parameters.getAtIndex(JAVA_FLOAT, mine + i)
                + 0.25f * parameters.getAtIndex(JAVA_FLOAT, others + i)
                + 0.1f * (replica * replica + i);
        gradient.setAtIndex(JAVA_FLOAT, mine + i, value);
      }
    }

    @Override
    public List<FloatTensor> infer(Batch batch) {
      throw new UnsupportedOperationException();
    }

    @Override
    public String backend() {
      return "simulation";
    }

    @Override
    public void close() {}
  }
}
