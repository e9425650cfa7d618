package gradwire.training;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.tensor.FlatLayout;
import gradwire.tensor.SharedMemory;
import gradwire.tensor.TensorSpec;
import gradwire.worker.engine.Batch;
import gradwire.worker.engine.ComputeEngine;
import gradwire.worker.engine.FloatTensor;
import gradwire.worker.engine.StepFlow;
import gradwire.worker.engine.StepVectors;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Four layers of weights, as wide as one likes, in memory that servers can map. A layer's gradient
 * depends on its weights, on those of the layer before, on batch and random key.
 */
final class WideEngine implements ComputeEngine {
  private static final int NUM_LAYERS = 4;

  private final int floatsPerLayer;
  private final FlatLayout layout;
  private final StepVectors vectors;

  WideEngine(int floatsPerLayer) {
    this.floatsPerLayer = floatsPerLayer;
    this.layout =
        new FlatLayout(
            IntStream.range(0, NUM_LAYERS)
                .mapToObj(layer -> TensorSpec.weight("w" + layer, floatsPerLayer, 1))
                .toList());
    this.vectors = new StepVectors(layout.numFloats());
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
    float example = batch.features().getFirst().memory().get(JAVA_FLOAT, 0);
    float[] activations = new float[NUM_LAYERS + 1];
    activations[0] = example + (randomKey & 0xff) / 256f;
    for (int layer = 0; layer < NUM_LAYERS; layer++) {
      flow.awaitParameters(begin(layer), floatsPerLayer);
      activations[layer + 1] =
          activations[layer] / 2 + parameters().getAtIndex(JAVA_FLOAT, begin(layer)) / 3;
    }
    for (int layer = NUM_LAYERS - 1; layer >= 0; layer--) {
      backward(layer, activations[layer]);
      flow.gradientReady(begin(layer), floatsPerLayer);
    }
    return activations[NUM_LAYERS];
  }

  private void backward(int layer, float activation) {
    for (long i = begin(layer); i < begin(layer + 1); i++) {
      float weight = parameters().getAtIndex(JAVA_FLOAT, i);
      gradient().setAtIndex(JAVA_FLOAT, i, weight / 3 + activation + (i % 5) / 7f);
    }
  }

  private long begin(int layer) {
    return (long) layer * floatsPerLayer;
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
    vectors.close();
  }
}
