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
import gradwire.plan.Shape;
import gradwire.plan.Sum;

/** How a device computes each layer. */
final class DeviceNodes {
  private DeviceNodes() {}

  /** The layer at work. */
  static DeviceNode of(Layer layer, NodeRanges ranges) {
    return switch (layer) {
      case Dense dense -> UnitNodes.of(dense, ranges);
      case Convolution convolution -> UnitNodes.of(convolution, ranges);
      case Depthwise depthwise -> UnitNodes.of(depthwise, ranges);
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
      case Dense dense -> Math.max(sums, UnitNodes.sizes(dense, numRows).scratchFloats());
      case Convolution convolution ->
          Math.max(sums, UnitNodes.sizes(convolution, input, batchSize).scratchFloats());
      case Depthwise depthwise ->
          Math.max(sums, UnitNodes.sizes(depthwise, input, batchSize).scratchFloats());
      case BatchNorm norm -> BatchNormKernels.scratchFloats(BatchNormNode.sizes(batchSize, output));
      case LayerNorm norm -> sums;
      case Embedding embedding -> sums;
      case Lstm lstm -> LstmSizes.of(lstm, batchSize, output.pixels()).scratchFloats();
      default -> 0;
    };
  }
}
