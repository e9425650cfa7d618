package gradwire.dl4j;

import gradwire.error.Expect;
import gradwire.error.GradwireException;
import gradwire.plan.NetworkSpec;
import gradwire.plan.Plan;
import gradwire.plan.Shape;
import gradwire.worker.engine.Batch;
import gradwire.worker.engine.FloatTensor;
import gradwire.worker.engine.StepFlow;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * By the network compiled to kernel calls, without ND4J. A plan fits one batch size: few sizes come
 * (a step's, an evaluation's, its last batch's), and the plans of the last {@value #NUM_KEPT} are
 * kept. One thread.
 */
final class CompiledComputation implements Computation {
  private static final int NUM_KEPT = 4;

  private final NetworkSpec network;
  private final Planner planner;
  private final boolean mean;
  private final List<Kept> kept = new ArrayList<>();

  /** A plan, and where it writes outputs. */
  private record Kept(Plan.Use use, Plan plan, FloatTensor outputs) {}

  /**
   * @param planner of {@code network}; closed with this
   * @param mean whether loss and gradient are the batch mean; else they are the sum
   */
  CompiledComputation(NetworkSpec network, Planner planner, boolean mean) {
    this.network = network;
    this.planner = planner;
    this.mean = mean;
  }

  @Override
  public double computeGradient(Batch batch, long randomKey, StepFlow flow) {
    FloatTensor features = alive(batch.features().getFirst());
    FloatTensor labels = alive(batch.labels().getFirst());
    Kept found = plan(features, true);
    Expect.that(
        Arrays.equals(labels.shape(), found.outputs.shape()),
        "labels",
        "shape " + describe(found.outputs.shape()),
        Arrays.toString(labels.shape()),
        "check the batch against the network's sizes");
    double scale = mean ? 1.0 / features.numExamples() : 1;
    return found.plan.computeGradient(features.memory(), labels.memory(), scale, randomKey, flow);
  }

  @Override
  public List<FloatTensor> infer(Batch batch) {
    FloatTensor features = alive(batch.features().getFirst());
    Kept found = plan(features, false);
    found.plan.infer(features.memory(), found.outputs.memory());
    return List.of(found.outputs);
  }

  private Kept plan(FloatTensor features, boolean training) {
    int batchSize = Math.toIntExact(features.numExamples());
    Plan.Use use = new Plan.Use(shape(features), batchSize, training);
    for (Kept one : kept) {
      if (one.use.equals(use)) {
        return one;
      }
    }
    if (kept.size() == NUM_KEPT) {
      kept.removeFirst().plan.close();
    }
    Plan plan = planner.plan(use);
    try {
      kept.add(new Kept(use, plan, outputs(batchSize, plan.output())));
    } catch (RuntimeException unfit) {
      plan.close();
      throw unfit;
    }
    return kept.getLast();
  }

  /** But for the number of examples, which is any. */
  private static String describe(long[] shape) {
    return LongStream.of(shape)
        .skip(1)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(", ", "[batch, ", "]"));
  }

  /** DL4J has time steps last. */
  private FloatTensor outputs(int batchSize, Shape output) {
    Expect.that(
        network.hasLossOfSteps() || output.pixels() == 1,
        "output layer",
        "features, [batch, features]",
        output,
        "flatten or pool what it reads, or use a layer with labels for every time step");
    return network.hasLossOfSteps()
        ? FloatTensor.zeros(Arena.ofAuto(), batchSize, output.channels(), output.width())
        : FloatTensor.zeros(Arena.ofAuto(), batchSize, output.channels());
  }

  /** DL4J has channels before rows and columns, features before time steps. */
  private static Shape shape(FloatTensor features) {
    int[] axes = Arrays.stream(features.shape()).mapToInt(Math::toIntExact).toArray();
    Expect.that(
        axes.length >= 2 && axes.length <= 4,
        "features",
        "[batch, features], [batch, features, time steps] or [batch, channels, rows, columns]",
        Arrays.toString(axes),
        "check the batch against the network's sizes");
    return switch (axes.length) {
      case 2 -> Shape.flat(axes[1]);
      case 3 -> Shape.sequence(axes[2], axes[1]);
      default -> new Shape(axes[2], axes[3], axes[1]);
    };
  }

  private static FloatTensor alive(FloatTensor tensor) {
    if (!tensor.memory().scope().isAlive()) {
      throw new GradwireException(
          "batch: expected memory that is alive, got a tensor whose arena is closed; close the"
              + " arena after the engine's last use");
    }
    return tensor;
  }

  @Override
  public String backend() {
    return planner.backend();
  }

  @Override
  public void close() {
    kept.forEach(one -> one.plan.close());
    planner.close();
  }
}
