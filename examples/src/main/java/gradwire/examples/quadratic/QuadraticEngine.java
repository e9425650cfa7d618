package gradwire.examples.quadratic;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.tensor.FlatLayout;
import gradwire.tensor.Floats;
import gradwire.tensor.SharedMemory;
import gradwire.tensor.TensorSpec;
import gradwire.worker.engine.Batch;
import gradwire.worker.engine.ComputeEngine;
import gradwire.worker.engine.FloatTensor;
import gradwire.worker.engine.StepFlow;
import gradwire.worker.engine.StepVectors;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code loss = mean((w - 1)^2) / 2} over all parameters, gradient {@code (w - 1) / numFloats},
 * layer by layer: forward the loss, backward the gradient, last layer first. Shows how little an
 * engine of one's own must be. One thread.
 */
final class QuadraticEngine implements ComputeEngine {
  private static final int BLOCK_FLOATS = 4096;

  private final FlatLayout layout;
  private final StepVectors vectors;
  private final float[] block = new float[BLOCK_FLOATS];

  /**
   * @param numFloats in all, split evenly over the layers
   */
  QuadraticEngine(long numFloats, int numLayers) {
    List<TensorSpec> layers = new ArrayList<>();
    for (long layer = 0; layer < numLayers; layer++) {
      long begin = numFloats * layer / numLayers;
      long end = numFloats * (layer + 1) / numLayers;
      layers.add(TensorSpec.weight("layer_" + layer, end - begin));
    }
    layout = new FlatLayout(layers);
    vectors = new StepVectors(numFloats);
  }

  @Override
  public FlatLayout layout() {
    return layout;
  }

  @Override
  public MemorySegment parameters() {
    return vectors.parameters();
  }

  @Override
  public MemorySegment gradient() {
    return vectors.gradient();
  }

  @Override
  public Optional<SharedMemory> sharedMemory() {
    return vectors.shared();
  }

  @Override
  public double computeGradient(Batch batch, long randomKey, StepFlow flow) {
    int numLayers = layout.tensors().size();
    double sum = 0;
    for (int layer = 0; layer < numLayers; layer++) {
      flow.awaitParameters(layout.offset(layer), length(layer));
      sum += forward(layout.offset(layer), length(layer));
    }
    for (int layer = numLayers - 1; layer >= 0; layer--) {
      backward(layout.offset(layer), length(layer));
      flow.gradientReady(layout.offset(layer), length(layer));
    }
    return sum / layout.numFloats() / 2;
  }

  private long length(int layer) {
    return layout.tensors().get(layer).numFloats();
  }

  private double forward(long begin, long length) {
    double sum = 0;
    for (long at = begin; at < begin + length; at += BLOCK_FLOATS) {
      int count = (int) Math.min(BLOCK_FLOATS, begin + length - at);
      Floats.read(parameters(), at, block, count);
      float part = 0;
      for (int i = 0; i < count; i++) {
        part += (block[i] - 1) * (block[i] - 1);
      }
      sum += part;
    }
    return sum;
  }

  private void backward(long begin, long length) {
    float scale = 1f / layout.numFloats();
    for (long at = begin; at < begin + length; at += BLOCK_FLOATS) {
      int count = (int) Math.min(BLOCK_FLOATS, begin + length - at);
      Floats.read(parameters(), at, block, count);
      for (int i = 0; i < count; i++) {
        block[i] = (block[i] - 1) * scale;
      }
      Floats.write(block, gradient(), at, count);
    }
  }

  /** The distance of the first parameter from its goal: enough for a benchmark. */
  @Override
  public List<FloatTensor> infer(Batch batch) {
    FloatTensor first = FloatTensor.zeros(java.lang.foreign.Arena.ofAuto(), 1);
    first.memory().set(JAVA_FLOAT, 0, parameters().get(JAVA_FLOAT, 0) - 1);
    return List.of(first);
  }

  @Override
  public String backend() {
    return "plain java";
  }

  @Override
  public void close() {
    vectors.close();
  }
}
