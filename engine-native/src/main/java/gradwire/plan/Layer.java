package gradwire.plan;

import java.util.List;

/** What a vertex of a network computes, whatever the batch. Immutable. */
public sealed interface Layer
    permits Dense,
        Convolution,
        Depthwise,
        MaxPool,
        AveragePool,
        BatchNorm,
        LayerNorm,
        Elements,
        ChannelsLast,
        ChannelsFirst,
        Sum,
        Concat,
        Lstm,
        LastStep,
        Embedding,
        Dropout {
  /**
   * Of each of its inputs.
   *
   * @throws gradwire.error.UsageException if they don't fit
   */
  Shape output(List<Shape> inputs);

  /** Floats that the layer's work needs beside its own memory, and shares with other layers'. */
  default long scratchFloats(List<Shape> inputs, int batchSize) {
    return 0;
  }

  /** The layer at work. */
  Node node(NodeMemory memory);
}
