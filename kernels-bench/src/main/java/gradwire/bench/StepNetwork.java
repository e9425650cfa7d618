package gradwire.bench;

import gradwire.config.EngineChoice;
import gradwire.dl4j.Dl4jEngine;
import gradwire.dl4j.Dl4jOptions;
import java.util.Locale;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The networks whose gradients are measured, as any DL4J user would write them. */
enum StepNetwork {
  /** 784 - 100 - 10, batch 100. */
  MLP(new long[] {100, 784}, 100 * (2L * 784 * 100 + 3L * 100 * 10)) {
    @Override
    Dl4jEngine engine(Dl4jOptions options) {
      return Dl4jEngine.of(
          new MultiLayerNetwork(
              builder()
                  .list()
                  .layer(new DenseLayer.Builder().nOut(100).activation(Activation.RELU).build())
                  .layer(softmax())
                  .setInputType(InputType.feedForward(784))
                  .build()),
          options);
    }
  },

  /** LeCun et al., 1998, as Caffe has it: 20 and 50 filters of 5x5, 500 - 10; batch 64. */
  LENET(
      new long[] {64, 1, 28, 28},
      64 * (2L * 24 * 24 * 25 * 20 + 3L * 8 * 8 * 25 * 20 * 50 + 3L * 800 * 500 + 3L * 500 * 10)) {
    @Override
    Dl4jEngine engine(Dl4jOptions options) {
      return Dl4jEngine.of(
          new MultiLayerNetwork(
              builder()
                  .list()
                  .layer(filters(20))
                  .layer(pool())
                  .layer(filters(50))
                  .layer(pool())
                  .layer(new DenseLayer.Builder().nOut(500).activation(Activation.RELU).build())
                  .layer(softmax())
                  .setInputType(InputType.convolutional(28, 28, 1))
                  .build()),
          options);
    }

    private static ConvolutionLayer filters(int count) {
      return new ConvolutionLayer.Builder(5, 5).nOut(count).activation(Activation.RELU).build();
    }

    private static SubsamplingLayer pool() {
      return new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
          .kernelSize(2, 2)
          .stride(2, 2)
          .build();
    }
  },

  /** He et al., 2016, for CIFAR-10: three groups of three blocks, 16 to 64 filters; batch 32. */
  RESNET20(new long[] {32, 3, 32, 32}, 32 * (3 * ResidualNetwork.MULTIPLY_ADDS)) {
    @Override
    Dl4jEngine engine(Dl4jOptions options) {
      return Dl4jEngine.of(new ResidualNetwork().build(builder().graphBuilder()), options);
    }
  };

  private final long[] features;
  private final long multiplyAdds;

  /**
   * @param features shape of a batch
   * @param multiplyAdds of a batch's matrix products and convolutions, forward and backward
   */
  StepNetwork(long[] features, long multiplyAdds) {
    this.features = features;
    this.multiplyAdds = multiplyAdds;
  }

  abstract Dl4jEngine engine(Dl4jOptions options);

  /** An engine with the network's initial values. */
  Dl4jEngine engine(EngineChoice choice) {
    return engine(Dl4jOptions.DEFAULT.with(choice));
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  long[] features() {
    return features.clone();
  }

  /** Floating-point operations of a gradient, two a multiply-add. */
  long flops() {
    return 2 * multiplyAdds;
  }

  private static NeuralNetConfiguration.Builder builder() {
    return new NeuralNetConfiguration.Builder().seed(1).weightInit(WeightInit.RELU);
  }

  private static OutputLayer softmax() {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nOut(10)
        .activation(Activation.SOFTMAX)
        .build();
  }

  /** Writes a residual network down, vertex by vertex. One use. */
  private static final class ResidualNetwork {
    /** Of one image's forward pass: the first convolution, then by group, then the last layer. */
    static final long MULTIPLY_ADDS =
        32L * 32 * 27 * 16
            + 32L * 32 * 9 * 16 * 16 * 6
            + 16L * 16 * (9 * 16 * 32 + 16 * 32 + 9 * 32 * 32 * 5)
            + 8L * 8 * (9 * 32 * 64 + 32 * 64 + 9 * 64 * 64 * 5)
            + 64 * 10;

    private String last = "in";
    private int count;

    ComputationGraph build(GraphBuilder graph) {
      graph.addInputs("in");
      convolve(graph, 3, 1, 16);
      normalize(graph, true);
      for (int group = 0; group < 3; group++) {
        for (int block = 0; block < 3; block++) {
          block(graph, group > 0 && block == 0 ? 2 : 1, 16 << group);
        }
      }
      add(graph, new GlobalPoolingLayer(PoolingType.AVG));
      graph.addLayer("out", softmax(), last);
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
}
