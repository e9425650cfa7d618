package gradwire.bench.kernel;

import gradwire.dl4j.SegmentArrays;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J's {@code conv2d} and {@code conv2d_bp}, channels first, as DL4J lays images out. */
final class Nd4jConvolution implements Computation {
  private static final int CHANNELS_FIRST = 0;

  /** {@code [filters, channels, kernel, kernel]}. */
  private static final int FILTERS_FIRST = 1;

  private final Convolution problem;
  private final CustomOp operation;
  private final List<INDArray> outputs;

  private Nd4jConvolution(Convolution problem, CustomOp operation, List<INDArray> outputs) {
    this.problem = problem;
    this.operation = operation;
    this.outputs = outputs;
  }

  static Computation of(Convolution problem, List<MemorySegment> inputs) {
    Convolution.Layer layer = problem.layer();
    INDArray images =
        channelsFirst(inputs.get(Convolution.IMAGES), layer, layer.side(), layer.channels());
    INDArray weights =
        SegmentArrays.array(
            inputs.get(Convolution.WEIGHTS),
            layer.numFilters(),
            layer.channels(),
            layer.kernel(),
            layer.kernel());
    INDArray gradient =
        channelsFirst(
            inputs.get(Convolution.RESULT_GRADIENT), layer, layer.windows(), layer.numFilters());
    return switch (problem.way()) {
      case FORWARD -> of(problem, "conv2d", List.of(images, weights), List.of(gradient.ulike()));
      case BACKWARD ->
          of(
              problem,
              "conv2d_bp",
              List.of(images, weights, gradient),
              List.of(images.ulike(), weights.ulike()));
      case WEIGHTS_GRADIENT, INPUT_GRADIENT -> throw Backend.ND4J.hasNo(problem);
    };
  }

  private static INDArray channelsFirst(
      MemorySegment memory, Convolution.Layer layer, int side, int channels) {
    return SegmentArrays.array(memory, layer.numImages(), side, side, channels)
        .permute(0, 3, 1, 2)
        .dup('c');
  }

  private static Computation of(
      Convolution problem, String name, List<INDArray> inputs, List<INDArray> outputs) {
    int kernel = problem.layer().kernel();
    int padding = problem.layer().padding();
    CustomOp operation =
        DynamicCustomOp.builder(name)
            .addInputs(inputs.toArray(INDArray[]::new))
            .addOutputs(outputs.toArray(INDArray[]::new))
            .addIntegerArguments(
                kernel, kernel, 1, 1, padding, padding, 1, 1, 0, CHANNELS_FIRST, FILTERS_FIRST)
            .build();
    return new Nd4jConvolution(problem, operation, outputs);
  }

  @Override
  public void compute() {
    Nd4j.getExecutioner().exec(operation);
  }

  @Override
  public LongToDoubleFunction result() {
    INDArray images = outputs.getFirst().permute(0, 2, 3, 1);
    long numWeights = problem.layer().weightsLength();
    return switch (problem.way()) {
      case FORWARD -> index -> at(images, index);
      case BACKWARD ->
          index ->
              index < numWeights ? at(outputs.getLast(), index) : at(images, index - numWeights);
      case WEIGHTS_GRADIENT, INPUT_GRADIENT -> throw Backend.ND4J.hasNo(problem);
    };
  }

  /** Of four axes, in row-major order. */
  private static double at(INDArray array, long index) {
    long[] shape = array.shape();
    long area = shape[2] * shape[3];
    return array.getDouble(
        index / area / shape[1],
        index / area % shape[1],
        index / shape[3] % shape[2],
        index % shape[3]);
  }
}
