package gradwire.dl4j;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.config.ComputeChoice;
import gradwire.config.EngineChoice;
import gradwire.tensor.Floats;
import gradwire.worker.engine.Batch;
import gradwire.worker.engine.StepFlow;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** When the engine reads parameters and gives gradients away. */
class StepFlowTest {
  private static final long RANDOM_KEY = 11;
  private static final long BATCH_SEED = 5;

  private record Range(long begin, long length) {}

  @FunctionalInterface
  interface EngineMaker {
    Dl4jEngine make();
  }

  static Stream<Arguments> engines() {
    return Stream.concat(engines(EngineChoice.DL4J, 1), engines(EngineChoice.AUTO, 3));
  }

  /**
   * @param graphRanges what a graph of three layers is cut into
   */
  private static Stream<Arguments> engines(EngineChoice choice, int graphRanges) {
    Dl4jOptions options = Dl4jOptions.DEFAULT.with(ComputeChoice.cpu(choice));
    return Stream.of(
        chain("dense", Networks.mlp(), options, 7, 3, 2),
        chain("LeNet", Networks.leNet(), options, 784, 10, 4),
        chain("colour", Networks.colour(2, 1), options, 90, 3, 2),
        chain("batch norm", Networks.batchNorm(false), options, 7, 3, 3),
        chain("batch norm, log deviation", Networks.batchNorm(true), options, 7, 3, 3),
        chain("batch norm of images", Networks.convolutionBatchNorm(), options, 64, 3, 3),
        chain("dropout", Networks.dropout(), options, 7, 3, 4),
        chain("DL4J's way", weighted(), options, 7, 3, 1),
        Arguments.of(
            "graph, " + choice,
            (EngineMaker) () -> Dl4jEngine.of(new ComputationGraph(Networks.graph()), options),
            batch(7, 3),
            graphRanges));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("engines")
  void rangesCoverEveryFloatOnceInTheOrderOfTheirNeed(
      String name, EngineMaker maker, Batch batch, int numRanges) {
    List<Range> awaited = new ArrayList<>();
    List<Range> ready = new ArrayList<>();
    try (Dl4jEngine engine = maker.make()) {
      engine.computeGradient(batch, RANDOM_KEY, flow(awaited::add, ready::add));
      assertThat(awaited).as(name).hasSize(numRanges).isEqualTo(sorted(awaited));
      assertThat(ready).isEqualTo(awaited.reversed());
      long end = 0;
      for (Range range : awaited) {
        assertThat(range.begin()).as("begin of %s", range).isEqualTo(end);
        end += range.length();
      }
      assertThat(end).isEqualTo(engine.layout().numFloats());
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("engines")
  void aReadyRangeHoldsItsFinalBits(String name, EngineMaker maker, Batch batch, int numRanges) {
    try (Dl4jEngine engine = maker.make()) {
      float[] copied = new float[(int) engine.layout().numFloats()];
      engine.gradient().fill((byte) -1);
      engine.computeGradient(
          batch, RANDOM_KEY, flow(_ -> {}, range -> copy(engine.gradient(), range, copied)));
      assertThat(copied).as(name).isEqualTo(Networks.floats(engine.gradient()));
    }
  }

  /** What is not awaited yet, and what has been given back, is NaN: whoever reads it shows. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("engines")
  void noParameterIsReadBeforeItIsAwaitedOrAfterItsGradientIsReady(
      String name, EngineMaker maker, Batch batch, int numRanges) {
    try (Dl4jEngine engine = maker.make()) {
      float[] parameters = Networks.floats(engine.parameters());
      double loss = engine.computeGradient(batch, RANDOM_KEY);
      float[] undisturbed = Networks.floats(engine.gradient());
      for (int repeat = 0; repeat < 2; repeat++) {
        engine.parameters().fill((byte) -1);
        StepFlow flow =
            flow(
                range -> fill(engine.parameters(), range, parameters),
                range -> slice(engine.parameters(), range).fill((byte) -1));
        assertThat(engine.computeGradient(batch, RANDOM_KEY, flow)).as(name).isEqualTo(loss);
        assertThat(Networks.floats(engine.gradient())).as(name).isEqualTo(undisturbed);
      }
    }
  }

  @Test
  void anExceptionEndsTheStepAndTheEngineGoesOn() {
    Batch batch = batch(784, 10);
    try (Dl4jEngine engine = Dl4jEngine.of(Networks.leNet())) {
      double loss = engine.computeGradient(batch, RANDOM_KEY);
      float[] undisturbed = Networks.floats(engine.gradient());
      IllegalStateException stop = new IllegalStateException("stop");
      for (int i = 1; i <= 4; i++) {
        assertThatThrownBy(stepThatStops(engine, batch, new Countdown(i, stop), true))
            .isSameAs(stop);
        assertThatThrownBy(stepThatStops(engine, batch, new Countdown(i, stop), false))
            .isSameAs(stop);
      }
      assertThat(engine.computeGradient(batch, RANDOM_KEY)).isEqualTo(loss);
      assertThat(Networks.floats(engine.gradient())).isEqualTo(undisturbed);
    }
  }

  private static org.assertj.core.api.ThrowableAssert.ThrowingCallable stepThatStops(
      Dl4jEngine engine, Batch batch, Countdown countdown, boolean forward) {
    StepFlow flow = forward ? flow(countdown, _ -> {}) : flow(_ -> {}, countdown);
    return () -> engine.computeGradient(batch, RANDOM_KEY, flow);
  }

  private interface OnRange {
    void accept(Range range);
  }

  /** Throws at the n-th call. */
  private static final class Countdown implements OnRange {
    private final RuntimeException thrown;
    private int left;

    Countdown(int left, RuntimeException thrown) {
      this.left = left;
      this.thrown = thrown;
    }

    @Override
    public void accept(Range range) {
      left--;
      if (left == 0) {
        throw thrown;
      }
    }
  }

  private static StepFlow flow(OnRange awaited, OnRange ready) {
    return new StepFlow() {
      @Override
      public void awaitParameters(long begin, long length) {
        awaited.accept(new Range(begin, length));
      }

      @Override
      public void gradientReady(long begin, long length) {
        ready.accept(new Range(begin, length));
      }
    };
  }

  private static Arguments chain(
      String name,
      MultiLayerNetwork network,
      Dl4jOptions options,
      int numFeatures,
      int numClasses,
      int numRanges) {
    EngineMaker maker = () -> Dl4jEngine.of(network, options);
    return Arguments.of(
        name + ", " + options.compute().engine(), maker, batch(numFeatures, numClasses), numRanges);
  }

  private static Batch batch(int numFeatures, int numClasses) {
    return Networks.batch(BATCH_SEED, 6, numFeatures, numClasses);
  }

  private static MultiLayerNetwork weighted() {
    return Networks.mlp(Networks.builder(), new LossMCXENT(Nd4j.ones(1, 3)));
  }

  private static List<Range> sorted(List<Range> ranges) {
    return ranges.stream().sorted(Comparator.comparingLong(Range::begin)).toList();
  }

  private static MemorySegment slice(MemorySegment memory, Range range) {
    return Floats.slice(memory, range.begin(), range.length());
  }

  private static void copy(MemorySegment memory, Range range, float[] to) {
    MemorySegment.copy(
        slice(memory, range), JAVA_FLOAT, 0, to, (int) range.begin(), (int) range.length());
  }

  private static void fill(MemorySegment memory, Range range, float[] from) {
    MemorySegment.copy(
        from, (int) range.begin(), slice(memory, range), JAVA_FLOAT, 0, (int) range.length());
  }
}
