package gradwire.dl4j;

import gradwire.kernels.cpu.SoftmaxLoss;
import gradwire.worker.engine.StepFlow;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.layers.ActivationLayer;
import org.deeplearning4j.nn.layers.DropoutLayer;
import org.deeplearning4j.nn.layers.OutputLayer;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.layers.convolution.subsampling.SubsamplingLayer;
import org.deeplearning4j.nn.layers.feedforward.dense.DenseLayer;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A shorter way to the gradient for a chain of the common layers: every layer runs forward once and
 * backward once, dense layers on preallocated memory. DL4J's own way runs every layer forward
 * twice, the last one three times, and computes the network input's gradient.
 *
 * <p>Same gradient as {@link PlainPlan} to float32 rounding, same random draws. Parameters are
 * awaited layer by layer, and a layer's gradient is ready when its backward pass is over.
 */
final class ChainPlan implements GradientPlan {
  private static final Set<Class<?>> KNOWN_LAYERS =
      Set.of(
          DenseLayer.class,
          ConvolutionLayer.class,
          SubsamplingLayer.class,
          BatchNormalization.class,
          ActivationLayer.class,
          DropoutLayer.class);

  private final StepMemory memory = new StepMemory();
  private final List<Link> links = new ArrayList<>();
  private final SoftmaxStage output;
  private final ParameterRange outputRange;

  /** Links before the first layer: nobody needs the gradient of the network's input. */
  private final int numForwardOnly;

  /** A stage and where its parameters lie. */
  private record Link(Stage stage, ParameterRange range) {
    INDArray forward(INDArray input, StepFlow flow) {
      range.awaitParameters(flow);
      return stage.forward(input);
    }

    INDArray backward(INDArray outputGradient, StepFlow flow) {
      INDArray inputGradient = stage.backward(outputGradient);
      range.gradientReady(flow);
      return inputGradient;
    }
  }

  /**
   * @param mean whether loss and gradient are the batch mean; else they are the sum
   */
  ChainPlan(FlatMultiLayerNetwork network, FlatMemory flat, boolean mean) {
    Layer[] layers = network.getLayers();
    int last = layers.length - 1;
    numForwardOnly = hasPreprocessor(network, 0) ? 1 : 0;
    for (int i = 0; i < last; i++) {
      addPreprocessor(network, i);
      links.add(new Link(stage(layers[i], i, flat), flat.table().rangeOf(Integer.toString(i))));
    }
    addPreprocessor(network, last);
    SoftmaxLoss loss = SoftmaxStage.lossOf((OutputLayer) layers[last]).orElseThrow();
    output = new SoftmaxStage(map(flat, last), loss, mean);
    outputRange = flat.table().rangeOf(Integer.toString(last));
  }

  /** Whether every layer is one that a chain can hold. */
  static boolean suits(FlatMultiLayerNetwork network) {
    Layer[] layers = network.getLayers();
    for (int i = 0; i < layers.length - 1; i++) {
      if (!KNOWN_LAYERS.contains(layers[i].getClass()) || hasWeightNoise(layers[i])) {
        return false;
      }
    }
    return layers[layers.length - 1] instanceof OutputLayer output
        && output.getClass() == OutputLayer.class
        && isPlain(output)
        && SoftmaxStage.lossOf(output).isPresent();
  }

  @Override
  public double computeGradient(INDArray[] features, INDArray[] labels, StepFlow flow) {
    try (StepMemory.Scope _ = memory.open()) {
      INDArray activations = features[0];
      for (Link link : links) {
        activations = link.forward(activations, flow);
      }
      outputRange.awaitParameters(flow);
      double loss = output.computeGradient(activations, labels[0]);
      outputRange.gradientReady(flow);
      INDArray gradient = output.inputGradient();
      for (Link link : links.subList(numForwardOnly, links.size()).reversed()) {
        gradient = link.backward(gradient, flow);
      }
      return loss;
    }
  }

  @Override
  public void close() {
    memory.close();
  }

  private void addPreprocessor(FlatMultiLayerNetwork network, int index) {
    InputPreProcessor preprocessor = network.getLayerWiseConfigurations().getInputPreProcess(index);
    if (preprocessor != null) {
      Stage stage = new PreprocessorStage(preprocessor, memory.workspaces());
      links.add(new Link(stage, ParameterRange.NONE));
    }
  }

  private static boolean hasPreprocessor(FlatMultiLayerNetwork network, int index) {
    return network.getLayerWiseConfigurations().getInputPreProcess(index) != null;
  }

  private Stage stage(Layer layer, int index, FlatMemory flat) {
    return switch (layer) {
      case DenseLayer dense when isPlain(dense) && Relu.suits(activation(dense)) ->
          new DenseStage(map(flat, index), activation(dense), index == 0);
      case ConvolutionLayer first when index == 0 && FirstConvolutionStage.suits(first) ->
          new FirstConvolutionStage(
              first, memory.workspaces(), flat.slice("0_W"), flat.slice("0_b"));
      default -> new LayerStage(layer, memory.workspaces());
    };
  }

  private static AffineMap map(FlatMemory flat, int index) {
    return new AffineMap(flat.slice(index + "_W"), flat.slice(index + "_b"));
  }

  /** Nothing but {@code activation(x W + b)}. */
  private static boolean isPlain(Layer layer) {
    if (hasWeightNoise(layer) || layer.conf().getLayer().getIDropout() != null) {
      return false;
    }
    return switch (layer.conf().getLayer()) {
      case org.deeplearning4j.nn.conf.layers.DenseLayer dense ->
          dense.hasBias() && !dense.hasLayerNorm();
      case BaseOutputLayer output -> output.hasBias();
      default -> false;
    };
  }

  private static boolean hasWeightNoise(Layer layer) {
    return layer.conf().getLayer() instanceof BaseLayer noisy && noisy.getWeightNoise() != null;
  }

  private static IActivation activation(Layer layer) {
    return ((BaseLayer) layer.conf().getLayer()).getActivationFn();
  }
}
