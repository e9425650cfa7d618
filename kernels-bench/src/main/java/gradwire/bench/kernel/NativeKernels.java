package gradwire.bench.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.kernels.cpu.Elementwise;
import gradwire.kernels.cpu.Matrix;
import gradwire.kernels.cpu.OpenBlas;
import gradwire.kernels.cpu.SoftmaxLoss;
import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongToDoubleFunction;

/** Our own kernels on one processor. */
final class NativeKernels {
  private NativeKernels() {}

  /** The kernel for a problem, on inputs that outlive it. */
  static Computation of(Problem problem, List<MemorySegment> inputs, Arena arena) {
    return switch (problem) {
      case Product product -> product(product, inputs, arena);
      case Convolution convolution -> NativeConvolution.of(convolution, inputs, arena);
      case CrossEntropy loss -> new Loss(loss, inputs, arena);
      case Elements elements -> elements(elements, inputs, arena);
      case Update update -> new ServerUpdate(update, inputs);
      case Mean m -> throw Backend.NATIVE.hasNo(m);
      case Narrowing n -> throw Backend.NATIVE.hasNo(n);
      case Transfer t -> throw Backend.NATIVE.hasNo(t);
    };
  }

  private static Computation product(Product problem, List<MemorySegment> inputs, Arena arena) {
    MemorySegment output = Floats.allocate(arena, problem.resultLength());
    Matrix a = new Matrix(inputs.get(0), problem.rows(), problem.depth());
    Matrix b = new Matrix(inputs.get(1), problem.depth(), problem.columns());
    Matrix c = new Matrix(output, problem.rows(), problem.columns());
    OpenBlas blas = OpenBlas.get();
    return new InMemory(() -> blas.multiply(a, b, c), output);
  }

  private static Computation elements(Elements problem, List<MemorySegment> inputs, Arena arena) {
    long numFloats = problem.resultLength();
    MemorySegment output = Floats.allocate(arena, numFloats);
    MemorySegment first = inputs.getFirst();
    MemorySegment last = inputs.getLast();
    return new InMemory(
        switch (problem.operation()) {
          case RELU -> () -> Elementwise.relu(first, output, numFloats);
          case ADD -> () -> Elementwise.add(first, last, output, numFloats);
        },
        output);
  }

  /** Losses in Java. */
  private static final class Loss implements Computation {
    private final MemorySegment logits;
    private final MemorySegment labels;
    private final MemorySegment gradient;
    private final double[] losses;

    Loss(CrossEntropy problem, List<MemorySegment> inputs, Arena arena) {
      logits = inputs.get(0);
      labels = inputs.get(1);
      gradient = Floats.allocate(arena, Floats.length(logits));
      losses = new double[problem.rows()];
    }

    @Override
    public void compute() {
      SoftmaxLoss.CROSS_ENTROPY.rows(logits, labels, gradient, losses, 1);
    }

    @Override
    public LongToDoubleFunction result() {
      return index ->
          index < Floats.length(gradient)
              ? gradient.getAtIndex(JAVA_FLOAT, index)
              : Arrays.stream(losses).sum();
    }
  }

  /** A parameter server's shard, on one thread. */
  private static final class ServerUpdate implements Computation {
    private final ShardUnderLoad shard;

    ServerUpdate(Update problem, List<MemorySegment> inputs) {
      shard = new ShardUnderLoad(problem.spec(), inputs.subList(1, inputs.size()), 1);
      shard.weights().copyFrom(inputs.getFirst());
    }

    @Override
    public void compute() {
      shard.apply();
    }

    @Override
    public LongToDoubleFunction result() {
      return index -> shard.weights().getAtIndex(JAVA_FLOAT, index);
    }

    @Override
    public void close() {
      shard.close();
    }
  }
}
