package gradwire.plan.device;

import gradwire.kernels.layer.BatchNormKernels;
import gradwire.plan.AveragePool;
import gradwire.plan.BatchNorm;
import gradwire.plan.ChannelsFirst;
import gradwire.plan.ChannelsLast;
import gradwire.plan.Concat;
import gradwire.plan.Convolution;
import gradwire.plan.Dense;
import gradwire.plan.Depthwise;
import gradwire.plan.Dropout;
import gradwire.plan.Elements;
import gradwire.plan.Embedding;
import gradwire.plan.LastStep;
import gradwire.plan.Layer;
import gradwire.plan.LayerNorm;
import gradwire.plan.Lstm;
import gradwire.plan.MaxPool;
import gradwire.plan.NetworkSpec;
import gradwire.plan.Shape;
import gradwire.plan.Sum;
import gradwire.plan.Vertex;
import java.util.Optional;

/** Which layers a device computes, and how. */
final class DeviceNodes {
  private DeviceNodes() {}

  /** What of a network no device computes, as errors call it. */
  static Optional<String> missing(NetworkSpec network) {
    return network.vertices().stream()
        .map(Vertex::layer)
        .filter(layer -> !isKnown(layer))
        .map(layer -> "a layer of the kind " + layer.getClass().getSimpleName())
        .findFirst();
  }

  private static boolean isKnown(Layer layer) {
    return switch (layer) {
      case Depthwise l -> false;
      case Dense l -> true;
      case Convolution l -> true;
      case MaxPool l -> true;
      case AveragePool l -> true;
      case BatchNorm l -> true;
      case LayerNorm l -> true;
      case Embedding l -> true;
      case Lstm l -> true;
      case LastStep l -> true;
      case Elements l -> true;
      case ChannelsLast l -> true;
      case ChannelsFirst l -> true;
      case Sum l -> true;
      case Concat l -> true;
      case Dropout l -> true;
    };
  }

  /** The layer at work. */
  static DeviceNode of(Layer layer, NodeRanges ranges) {
    return switch (layer) {
      case Dense dense -> new DenseNode(dense, ranges);
      case Convolution convolution -> new ConvolutionNode(convolution, ranges);
      case MaxPool pool -> PoolNodes.of(pool, ranges);
      case AveragePool pool -> PoolNodes.of(pool, ranges);
      case BatchNorm norm -> new BatchNormNode(norm, ranges);
      case LayerNorm norm -> new LayerNormNode(norm, ranges);
      case Embedding embedding -> new EmbeddingNode(embedding, ranges);
      case Lstm lstm -> new LstmNode(lstm, ranges);
      case LastStep last -> OrderNodes.lastStep(ranges);
      case Elements elements -> ElementNodes.of(elements, ranges);
      case Dropout dropout -> ElementNodes.of(dropout, ranges);
      case Sum sum -> ElementNodes.sum(ranges);
      case ChannelsLast last -> OrderNodes.channelsLast(last, ranges);
      case ChannelsFirst first -> OrderNodes.channelsFirst(ranges);
      case Concat concat -> OrderNodes.concat(ranges);
      default -> throw new IllegalArgumentException("no device computes " + layer);
    };
  }

  /**
   * Floats that a layer's work needs beside its own memory, and shares with other layers'.
   *
   * @param input the shape of the first of its inputs
   */
  static long scratchFloats(Layer layer, Shape input, Shape output, int batchSize) {
    int numRows = Math.multiplyExact(batchSize, output.pixels());
    long sums = UnitEpilogue.sizes(numRows, output.channels()).scratchFloats();
    return switch (layer) {
      case Dense dense -> Math.max(sums, DenseNode.sizes(dense, numRows).scratchFloats());
      case Convolution convolution ->
          Math.max(sums, ConvolutionNode.sizes(convolution, input, batchSize).scratchFloats());
      case BatchNorm norm -> BatchNormKernels.scratchFloats(BatchNormNode.sizes(batchSize, output));
      case LayerNorm norm -> sums;
      case Embedding embedding -> sums;
      case Lstm lstm -> LstmSizes.of(lstm, batchSize, output.pixels()).scratchFloats();
      default -> 0;
    };
  }
}
