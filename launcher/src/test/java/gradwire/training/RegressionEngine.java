package gradwire.training;

import gradwire.tensor.FlatLayout;
import gradwire.tensor.Floats;
import gradwire.tensor.TensorSpec;
import gradwire.worker.engine.Batch;
import gradwire.worker.engine.ComputeEngine;
import gradwire.worker.engine.FloatTensor;
import gradwire.worker.engine.StepFlow;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Linear regression, half the mean squared error, in plain Java. */
final class RegressionEngine implements ComputeEngine {
  static final FlatLayout LAYOUT =
      new FlatLayout(
          List.of(TensorSpec.weight("w", RegressionData.NUM_FEATURES, 1), TensorSpec.bias("b", 1)));

  private static final int BIAS = RegressionData.NUM_FEATURES;

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
    double loss = computeGradient(batch);
    flow.gradientReady(0, LAYOUT.numFloats());
    return loss;
  }

  private double computeGradient(Batch batch) {
    long numExamples = batch.numExamples();
    double[] sums = new double[BIAS + 1];
    double loss = 0;
    for (long example = 0; example < numExamples; example++) {
      double error = error(parameters, batch, example);
      loss += error * error / 2;
      for (int i = 0; i < BIAS; i++) {
        sums[i] += error * feature(batch, example, i);
      }
      sums[BIAS] += error;
    }
    for (int i = 0; i <= BIAS; i++) {
      gradient.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (sums[i] / numExamples));
    }
    return loss / numExamples;
  }

  static double error(MemorySegment parameters, Batch batch, long example) {
    double predicted = parameters.getAtIndex(ValueLayout.JAVA_FLOAT, BIAS);
    for (int i = 0; i < BIAS; i++) {
      predicted +=
          parameters.getAtIndex(ValueLayout.JAVA_FLOAT, i) * (double) feature(batch, example, i);
    }
    return predicted - label(batch, example);
  }

  static float feature(Batch batch, long example, int i) {
    return batch
        .features()
        .getFirst()
        .memory()
        .getAtIndex(ValueLayout.JAVA_FLOAT, example * BIAS + i);
  }

  static float label(Batch batch, long example) {
    return batch.labels().getFirst().memory().getAtIndex(ValueLayout.JAVA_FLOAT, example);
  }

  @Override
  public List<FloatTensor> infer(Batch batch) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String backend() {
    return "plain java";
  }

  @Override
  public void close() {
    arena.close();
  }
}
