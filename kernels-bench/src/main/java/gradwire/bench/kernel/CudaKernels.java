package gradwire.bench.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cpu.SoftmaxLoss;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.gradient.CastKernels;
import gradwire.kernels.gradient.GradientKernels;
import gradwire.kernels.gradient.OptimizerStep;
import gradwire.kernels.gradient.QuantiseKernels;
import gradwire.kernels.layer.DenseKernels;
import gradwire.kernels.layer.LayerKernels;
import gradwire.kernels.layer.RowLossKernels;
import gradwire.tensor.Floats;
import gradwire.tensor.TensorKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.function.LongToDoubleFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Our own kernels on a GPU. */
final class CudaKernels {
  private final Gpu gpu = Gpu.open();

  private CudaKernels() {}

  /** The kernel for a problem, on a context of its own. */
  static Computation of(Problem problem, List<MemorySegment> inputs, Arena arena) {
    CudaKernels kernels = new CudaKernels();
    return switch (problem) {
      case Product product -> kernels.product(product, inputs);
      case Convolution convolution -> CudaConvolution.of(convolution, kernels.gpu, inputs);
      case CrossEntropy loss -> kernels.loss(loss, inputs);
      case Elements elements -> kernels.elements(elements, inputs);
      case Update update -> kernels.update(update, inputs);
      case Mean mean -> kernels.mean(mean, inputs);
      case Narrowing narrowing -> kernels.narrowing(narrowing, inputs);
      case Transfer transfer -> kernels.transfer(transfer, inputs, arena);
    };
  }

  private LayerKernels layer() {
    return LayerKernels.load(gpu.context());
  }

  private GradientKernels gradient() {
    return GradientKernels.load(gpu.context());
  }

  /** As a dense layer, whose weights are column-major. */
  private Computation product(Product problem, List<MemorySegment> inputs) {
    LayerKernels layer = layer();
    DenseKernels.Sizes sizes =
        new DenseKernels.Sizes(problem.rows(), problem.depth(), problem.columns());
    DeviceRange a = gpu.upload(inputs.get(0));
    DeviceRange rowMajor = gpu.upload(inputs.get(1));
    DeviceRange b = gpu.allocate(rowMajor.numBytes());
    layer.elements().transpose(gpu.stream(), rowMajor, b, 1, problem.depth(), problem.columns());
    DeviceRange c = gpu.allocateFloats(problem.resultLength());
    DeviceRange scratch = gpu.allocateFloats(sizes.scratchFloats());
    return OnDevice.floats(
        gpu,
        () ->
            layer
                .dense()
                .forward(
                    gpu.stream(), sizes, a, b, Optional.empty(), Activation.IDENTITY, c, scratch),
        c);
  }

  private Computation loss(CrossEntropy problem, List<MemorySegment> inputs) {
    LayerKernels layer = layer();
    DeviceRange gradient = gpu.allocate(inputs.get(0).byteSize());
    DeviceRange losses = gpu.allocateFloats(problem.rows());
    RowLossKernels.Rows rows =
        new RowLossKernels.Rows(
            gpu.upload(inputs.get(0)),
            gpu.upload(inputs.get(1)),
            gradient,
            losses,
            gpu.upload(Arena.ofAuto().allocateFrom(JAVA_FLOAT, 1)));
    gpu.stream().await();
    return new OnDevice(
        gpu,
        () -> layer.loss().softmax(gpu.stream(), SoftmaxLoss.CROSS_ENTROPY, rows),
        () -> gradientAndSum(gpu.download(gradient), gpu.download(losses)));
  }

  private static LongToDoubleFunction gradientAndSum(MemorySegment gradient, MemorySegment losses) {
    double sum =
        LongStream.range(0, Floats.length(losses))
            .mapToDouble(row -> losses.getAtIndex(JAVA_FLOAT, row))
            .sum();
    return index -> index < Floats.length(gradient) ? gradient.getAtIndex(JAVA_FLOAT, index) : sum;
  }

  private Computation elements(Elements problem, List<MemorySegment> inputs) {
    LayerKernels layer = layer();
    List<DeviceRange> from = inputs.stream().map(gpu::upload).toList();
    DeviceRange to = gpu.allocateFloats(problem.resultLength());
    return OnDevice.floats(
        gpu,
        switch (problem.operation()) {
          case RELU ->
              () -> layer.elements().activate(gpu.stream(), Activation.RELU, from.getFirst(), to);
          case ADD -> () -> layer.elements().add(gpu.stream(), from.getFirst(), from.getLast(), to);
        },
        to);
  }

  /** The first step's scalars, at every step. */
  private Computation update(Update problem, List<MemorySegment> inputs) {
    if (problem.numReplicas() != 1) {
      throw Backend.CUDA.hasNo(problem);
    }
    GradientKernels gradient = gradient();
    OptimizerStep step = OptimizerStep.of(problem.spec(), 1, TensorKind.WEIGHT);
    DeviceRange weights = gpu.upload(inputs.get(0));
    DeviceRange gradients = gpu.upload(inputs.get(1));
    List<DeviceRange> slots =
        Stream.generate(() -> gpu.zeros(problem.resultLength())).limit(step.numSlots()).toList();
    return OnDevice.floats(
        gpu,
        () -> gradient.optimizer().step(gpu.stream(), step, weights, slots, gradients),
        weights);
  }

  private Computation mean(Mean problem, List<MemorySegment> inputs) {
    GradientKernels gradient = gradient();
    List<DeviceRange> replicas = inputs.stream().map(gpu::upload).toList();
    DeviceRange mean = gpu.allocateFloats(problem.resultLength());
    return OnDevice.floats(gpu, () -> gradient.mean().mean(gpu.stream(), replicas, mean), mean);
  }

  private Computation narrowing(Narrowing problem, List<MemorySegment> inputs) {
    DeviceRange wide = gpu.upload(inputs.getFirst());
    return switch (problem.format()) {
      case BFLOAT16 -> bfloat16(wide);
      case INT8 -> int8(wide);
    };
  }

  private Computation bfloat16(DeviceRange wide) {
    CastKernels cast = gradient().cast();
    DeviceRange narrow = gpu.allocate(wide.length(Float.BYTES) * Short.BYTES);
    return new OnDevice(
        gpu,
        () -> cast.narrow(gpu.stream(), CastKernels.Format.BFLOAT16, wide, narrow),
        () -> {
          MemorySegment upper = gpu.download(narrow);
          return index -> Float.intBitsToFloat(upper.getAtIndex(JAVA_SHORT, index) << Short.SIZE);
        });
  }

  private Computation int8(DeviceRange wide) {
    QuantiseKernels quantise = gradient().quantise();
    long length = wide.length(Float.BYTES);
    DeviceRange narrow = gpu.allocate(length);
    DeviceRange scales = gpu.allocateFloats(QuantiseKernels.numScales(length));
    return new OnDevice(
        gpu,
        () -> quantise.quantise(gpu.stream(), wide, narrow, scales),
        () -> {
          MemorySegment numbers = gpu.download(narrow);
          MemorySegment units = gpu.download(scales);
          return index ->
              numbers.get(JAVA_BYTE, index)
                  * (double) units.getAtIndex(JAVA_FLOAT, index / QuantiseKernels.BLOCK);
        });
  }

  private Computation transfer(Transfer problem, List<MemorySegment> inputs, Arena arena) {
    MemorySegment here = inputs.getFirst();
    DeviceRange there = gpu.upload(here);
    gpu.stream().await();
    return switch (problem.direction()) {
      case UPLOAD -> {
        gpu.stream().fill(there, (byte) 0);
        yield OnDevice.floats(gpu, () -> gpu.stream().upload(here, there), there);
      }
      case DOWNLOAD -> {
        MemorySegment back = Floats.allocate(arena, problem.resultLength());
        yield new OnDevice(
            gpu, () -> gpu.stream().download(there, back), () -> OnDevice.floats(back));
      }
    };
  }
}
