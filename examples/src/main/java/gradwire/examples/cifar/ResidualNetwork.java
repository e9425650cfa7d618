package gradwire.examples.cifar;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * He et al., "Deep Residual Learning for Image Recognition", 2016, as it is there for CIFAR-10: a
 * convolution, three groups of blocks with 16, 32 and 64 filters, the mean over pixels, softmax. A
 * shortcut into fewer pixels is a convolution of 1x1. Written down vertex by vertex.
 */
public final class ResidualNetwork {
  /** Of one image's forward pass with three blocks a group: ResNet-20. */
  public static final long MULTIPLY_ADDS =
      32L * 32 * 27 * 16
          + 32L * 32 * 9 * 16 * 16 * 6
          + 16L * 16 * (9 * 16 * 32 + 16 * 32 + 9 * 32 * 32 * 5)
          + 8L * 8 * (9 * 32 * 64 + 32 * 64 + 9 * 64 * 64 * 5)
          + 64 * 10;

  private String last = "in";
  private int count;

  private ResidualNetwork() {}

  /**
   * @param blocksOfAGroup 3: ResNet-20; {@code 6 n + 2} layers in all
   */
  public static ComputationGraph of(NeuralNetConfiguration.Builder builder, int blocksOfAGroup) {
    return new ResidualNetwork().build(builder.graphBuilder(), blocksOfAGroup);
  }

  private ComputationGraph build(GraphBuilder graph, int blocksOfAGroup) {
    graph.addInputs("in");
    convolve(graph, 3, 1, 16);
    normalize(graph, true);
    for (int group = 0; group < 3; group++) {
      for (int block = 0; block < blocksOfAGroup; block++) {
        block(graph, group > 0 && block == 0 ? 2 : 1, 16 << group);
      }
    }
    add(graph, new GlobalPoolingLayer(PoolingType.AVG));
    graph.addLayer(
        "out",
        new OutputLayer.Builder(LossFunction.MCXENT)
            .nOut(10)
            .activation(Activation.SOFTMAX)
            .build(),
        last);
    graph.setOutputs("out").setInputTypes(InputType.convolutional(32, 32, 3));
    return new ComputationGraph(graph.build());
  }

  private void block(GraphBuilder graph, int stride, int numFilters) {
    String before = last;
    if (stride > 1) {
      convolve(graph, 1, stride, numFilters);
      normalize(graph, false);
    }
    String shortcut = last;
    last = before;
    convolve(graph, 3, stride, numFilters);
    normalize(graph, true);
    convolve(graph, 3, 1, numFilters);
    normalize(graph, false);
    String sum = "sum" + count++;
    graph.addVertex(sum, new ElementWiseVertex(ElementWiseVertex.Op.Add), last, shortcut);
    last = sum;
    add(graph, new ActivationLayer(Activation.RELU));
  }

  private void convolve(GraphBuilder graph, int kernel, int stride, int numFilters) {
    add(
        graph,
        new ConvolutionLayer.Builder(kernel, kernel)
            .stride(stride, stride)
            .convolutionMode(ConvolutionMode.Same)
            .nOut(numFilters)
            .activation(Activation.IDENTITY)
            .build());
  }

  private void normalize(GraphBuilder graph, boolean relu) {
    add(graph, new BatchNormalization());
    if (relu) {
      add(graph, new ActivationLayer(Activation.RELU));
    }
  }

  private void add(GraphBuilder graph, org.deeplearning4j.nn.conf.layers.Layer layer) {
    String name = "layer" + count++;
    graph.addLayer(name, layer, last);
    last = name;
  }
}
