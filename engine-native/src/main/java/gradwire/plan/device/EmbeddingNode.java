package gradwire.plan.device;

import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.layer.EmbeddingKernels;
import gradwire.plan.Embedding;

/** Vectors of ids, which the plan has checked. */
final class EmbeddingNode implements DeviceNode {
  private final Embedding layer;
  private final NodeRanges ranges;
  private final EmbeddingKernels kernels;
  private final EmbeddingKernels.Vectors vectors;
  private final EmbeddingKernels.Ranks ranks;
  private final UnitEpilogue epilogue;

  EmbeddingNode(Embedding layer, NodeRanges ranges) {
    this.layer = layer;
    this.ranges = ranges;
    this.kernels = ranges.kernels().embedding();
    this.vectors =
        new EmbeddingKernels.Vectors(layer.numIds(), layer.numFeatures(), layer.rowMajor());
    long numBytes = (long) ranges.numRows() * Integer.BYTES;
    this.ranks =
        new EmbeddingKernels.Ranks(
            ranges.memory().allocate(numBytes), ranges.memory().allocate(numBytes));
    this.epilogue =
        new UnitEpilogue(Activation.IDENTITY, layer.bias(), layer.numFeatures(), ranges);
  }

  @Override
  public void forward(CudaStream stream) {
    kernels.forward(
        stream,
        vectors,
        ranges.x(),
        ranges.parameters(layer.weights()),
        epilogue.bias(),
        ranges.y());
  }

  @Override
  public void backward(CudaStream stream) {
    DeviceRange dy = epilogue.backward(stream);
    kernels.weightsGradient(
        stream, vectors, ranges.x(), dy, ranks, ranges.gradient(layer.weights()));
  }
}
