package gradwire.bench.kernel;

import gradwire.dl4j.Nd4jSetup;
import gradwire.dl4j.SegmentArrays;
import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.scalar.RectifiedLinear;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.AdamUpdater;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** ND4J's operations on the processor, as DL4J calls them, on one thread; inputs in our memory. */
final class Nd4jKernels {
  private Nd4jKernels() {}

  /** The kernel for a problem, on inputs that outlive it. */
  static Computation of(Problem problem, List<MemorySegment> inputs, Arena arena) {
    Nd4jSetup.ensure();
    return switch (problem) {
      case Product product -> product(product, inputs);
      case Convolution convolution -> Nd4jConvolution.of(convolution, inputs);
      case CrossEntropy loss -> new Loss(loss, inputs);
      case Elements elements -> elements(elements, inputs, arena);
      case Update update -> adam(update, inputs, arena);
      case Mean mean -> mean(mean, inputs, arena);
      case Narrowing n -> throw Backend.ND4J.hasNo(n);
      case Transfer t -> throw Backend.ND4J.hasNo(t);
    };
  }

  /** In column-major order, which spares ND4J a copy. */
  private static Computation product(Product problem, List<MemorySegment> inputs) {
    INDArray a = SegmentArrays.array(inputs.get(0), problem.rows(), problem.depth());
    INDArray b = SegmentArrays.array(inputs.get(1), problem.depth(), problem.columns());
    INDArray c =
        Nd4j.createUninitialized(
            DataType.FLOAT, new long[] {problem.rows(), problem.columns()}, 'f');
    return new Computation() {
      @Override
      public void compute() {
        a.mmuli(b, c);
      }

      @Override
      public LongToDoubleFunction result() {
        return index -> c.getDouble(index / problem.columns(), index % problem.columns());
      }
    };
  }

  private static Computation elements(Elements problem, List<MemorySegment> inputs, Arena arena) {
    MemorySegment output = Floats.allocate(arena, problem.resultLength());
    INDArray result = vector(output);
    INDArray first = vector(inputs.getFirst());
    INDArray last = vector(inputs.getLast());
    return new InMemory(
        switch (problem.operation()) {
          case RELU -> {
            RectifiedLinear relu = new RectifiedLinear(first, result, 0);
            yield () -> Nd4j.getExecutioner().exec(relu);
          }
          case ADD -> () -> first.addi(last, result);
        },
        output);
  }

  private static INDArray vector(MemorySegment memory) {
    return SegmentArrays.array(memory, Floats.length(memory));
  }

  /** The updater makes an update of the gradient, in its place; the weights are less by that. */
  private static Computation adam(Update problem, List<MemorySegment> inputs, Arena arena) {
    if (problem.rule() != Update.Rule.ADAM || problem.numReplicas() != 1) {
      throw Backend.ND4J.hasNo(problem);
    }
    long length = problem.resultLength();
    AdamUpdater updater =
        new AdamUpdater(new Adam(Update.RATE, Update.BETA1, Update.BETA2, Update.EPSILON));
    updater.setState(
        Map.of(
            AdamUpdater.M_STATE, vector(Floats.allocate(arena, length)),
            AdamUpdater.V_STATE, vector(Floats.allocate(arena, length))),
        false);
    INDArray weights = vector(inputs.get(0));
    INDArray gradient = vector(inputs.get(1));
    return new InMemory(
        () -> {
          updater.applyUpdater(gradient, 0, 0);
          weights.subi(gradient);
        },
        inputs.get(0));
  }

  private static Computation mean(Mean problem, List<MemorySegment> inputs, Arena arena) {
    MemorySegment output = Floats.allocate(arena, problem.resultLength());
    INDArray first = vector(inputs.get(0));
    INDArray second = vector(inputs.get(1));
    INDArray result = vector(output);
    return new InMemory(() -> first.addi(second, result).divi(2), output);
  }

  /** DL4J's loss of an output layer. */
  private static final class Loss implements Computation {
    private final ILossFunction loss = new LossMCXENT();
    private final IActivation softmax = new ActivationSoftmax();
    private final int rows;
    private final int classes;
    private final INDArray logits;
    private final INDArray labels;
    private @Nullable Pair<Double, INDArray> computed;

    Loss(CrossEntropy problem, List<MemorySegment> inputs) {
      rows = problem.rows();
      classes = problem.classes();
      logits = SegmentArrays.array(inputs.get(0), rows, classes);
      labels = SegmentArrays.array(inputs.get(1), rows, classes);
    }

    @Override
    public void compute() {
      computed = loss.computeGradientAndScore(labels, logits.dup(), softmax, null, false);
    }

    @Override
    public LongToDoubleFunction result() {
      Pair<Double, INDArray> done = Objects.requireNonNull(computed, "computed before");
      return index ->
          index < (long) rows * classes
              ? done.getSecond().getDouble(index / classes, index % classes)
              : done.getFirst();
    }
  }
}
