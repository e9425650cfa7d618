package gradwire.dl4j;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import gradwire.config.ComputeChoice;
import gradwire.config.EngineChoice;
import gradwire.worker.engine.Batch;
import gradwire.worker.engine.FloatTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.stream.LongStream;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** Compiled networks beside DL4J's own layers; and pieces of such networks. */
final class BothEngines {
  static final long SEED = 31;

  /** Sums of up to 500 terms around 1 in float32, on both sides. */
  static final double TOLERANCE = 1e-5;

  static final Dl4jOptions COMPILED =
      Dl4jOptions.DEFAULT.with(ComputeChoice.cpu(EngineChoice.NATIVE));
  static final Dl4jOptions BY_DL4J = Dl4jOptions.DEFAULT.with(ComputeChoice.cpu(EngineChoice.DL4J));

  private BothEngines() {}

  static MultiLayerNetwork network(
      org.deeplearning4j.nn.conf.MultiLayerConfiguration configuration) {
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    return network;
  }

  static void assertSame(String name, MultiLayerNetwork network, Batch batch) {
    try (Dl4jEngine compiled = Dl4jEngine.of(network, COMPILED);
        Dl4jEngine plain = Dl4jEngine.of(network, BY_DL4J)) {
      assertSame(name, compiled, plain, batch);
    }
  }

  static void assertSame(String name, ComputationGraph graph, Batch batch) {
    try (Dl4jEngine compiled = Dl4jEngine.of(graph, COMPILED);
        Dl4jEngine plain = Dl4jEngine.of(graph, BY_DL4J)) {
      assertSame(name, compiled, plain, batch);
    }
  }

  static void assertSame(String name, Dl4jEngine compiled, Dl4jEngine plain, Batch batch) {
    assertThat(compiled.backend()).startsWith("native-cpu (openblas ");
    assertThat(plain.backend()).startsWith("dl4j-cpu");
    String what = name + ", batch " + batch.numExamples() + ", seed " + SEED;
    double expected = plain.computeGradient(batch, 1);
    assertThat(compiled.computeGradient(batch, 1)).as(what).isCloseTo(expected, within(1e-5));
    Networks.assertClose(
        what,
        Networks.floats(compiled.gradient()),
        Networks.floats(plain.gradient()),
        TOLERANCE * Math.max(1, largest(plain.gradient())));
    Networks.assertClose(
        what + ", outputs",
        Networks.floats(compiled.infer(batch).getFirst().memory()),
        Networks.floats(plain.infer(batch).getFirst().memory()),
        TOLERANCE);
  }

  static Layer lstm(int numUnits) {
    return new LSTM.Builder().nOut(numUnits).activation(Activation.TANH).build();
  }

  static Layer softmax() {
    return new OutputLayer.Builder(new LossMCXENT()).nOut(3).activation(Activation.SOFTMAX).build();
  }

  static Layer softmaxOfSteps() {
    return new RnnOutputLayer.Builder(new LossMCXENT())
        .nOut(3)
        .activation(Activation.SOFTMAX)
        .build();
  }

  /** Of 6 steps of 3 features. */
  static MultiLayerNetwork sequence(Layer... layers) {
    NeuralNetConfiguration.ListBuilder list = Networks.builder().list();
    for (Layer layer : layers) {
      list.layer(layer);
    }
    return network(list.setInputType(InputType.recurrent(3, 6)).build());
  }

  static Layer same(int kernel, int stride, int numFilters, Activation activation) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .stride(stride, stride)
        .convolutionMode(ConvolutionMode.Same)
        .nOut(numFilters)
        .activation(activation)
        .build();
  }

  static void train(
      String name, Dl4jEngine compiled, Dl4jEngine plain, Batch batch, double tolerance) {
    float[] before = Networks.floats(plain.parameters());
    for (int step = 0; step < 20; step++) {
      compiled.computeGradient(batch, step);
      plain.computeGradient(batch, step);
      Networks.descend(compiled, Networks.LEARNING_RATE);
      Networks.descend(plain, Networks.LEARNING_RATE);
    }
    assertThat(Networks.floats(plain.parameters())).isNotEqualTo(before);
    Networks.assertClose(
        name + " after 20 steps",
        Networks.floats(compiled.parameters()),
        Networks.floats(plain.parameters()),
        tolerance);
  }

  static double largest(MemorySegment values) {
    double largest = 0;
    for (float value : values.toArray(JAVA_FLOAT)) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  static Batch batch(int batchSize, long[] features, int numClasses) {
    return batch(batchSize, features, new long[] {numClasses});
  }

  /**
   * @param labels classes, then time steps, if every one has labels
   */
  static Batch batch(int batchSize, long[] features, long[] labels) {
    Random random = new Random(SEED);
    FloatTensor x = FloatTensor.zeros(Arena.ofAuto(), shape(batchSize, features));
    for (long i = 0; i < x.memory().byteSize() / Float.BYTES; i++) {
      x.memory().setAtIndex(JAVA_FLOAT, i, 2 * random.nextFloat() - 1);
    }
    FloatTensor y = FloatTensor.zeros(Arena.ofAuto(), shape(batchSize, labels));
    long numSteps = labels.length == 2 ? labels[1] : 1;
    for (long i = 0; i < batchSize; i++) {
      for (long t = 0; t < numSteps; t++) {
        long label = i * labels[0] + random.nextInt((int) labels[0]);
        y.memory().setAtIndex(JAVA_FLOAT, label * numSteps + t, 1);
      }
    }
    return Batch.of(x, y);
  }

  static long[] shape(int batchSize, long[] example) {
    return LongStream.concat(LongStream.of(batchSize), LongStream.of(example)).toArray();
  }
}
