package gradwire.kernels.gradient;

import gradwire.kernels.code.Walk;
import gradwire.kernels.cuda.CudaKernel;
import gradwire.kernels.cuda.CudaModule;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.cuda.KernelArguments;
import java.lang.foreign.Arena;
import java.util.List;

/** Optimizer steps: each reads and writes every vector once. Bits as the parameter server's. */
public final class OptimizerKernels {
  private final CudaKernel sgd;
  private final CudaKernel momentum;
  private final CudaKernel nesterov;
  private final CudaKernel adagrad;
  private final CudaKernel rmsProp;
  private final CudaKernel adam;
  private final CudaKernel subtract;
  private final Walk walk;

  OptimizerKernels(CudaModule module, Walk walk) {
    sgd = module.kernel("sgd");
    momentum = module.kernel("momentum");
    nesterov = module.kernel("nesterov");
    adagrad = module.kernel("adagrad");
    rmsProp = module.kernel("rmsprop");
    adam = module.kernel("adam");
    subtract = module.kernel("subtract");
    this.walk = walk;
  }

  /**
   * Queues one update, in place.
   *
   * @param weights {@code [length] float32}
   * @param slots {@code [numSlots][length] float32}
   * @param gradient {@code [length] float32}, already averaged over replicas; only read
   */
  public void step(
      CudaStream stream,
      OptimizerStep step,
      DeviceRange weights,
      List<DeviceRange> slots,
      DeviceRange gradient) {
    check(step, weights, slots, gradient);
    long length = weights.length(Float.BYTES);
    if (length > 0) {
      try (Arena arena = Arena.ofConfined()) {
        KernelArguments arguments = new KernelArguments(arena).pointer(weights);
        if (!(step instanceof OptimizerStep.Subtract)) {
          slots.forEach(arguments::pointer);
        }
        arguments.pointer(gradient).int64(length);
        stream.launch(kernel(step), walk.over(length), withScalars(arguments, step));
      }
    }
  }

  private static void check(
      OptimizerStep step, DeviceRange weights, List<DeviceRange> slots, DeviceRange gradient) {
    if (slots.size() != step.numSlots()) {
      throw new IllegalArgumentException(
          "slots: expected %d, got %d".formatted(step.numSlots(), slots.size()));
    }
    Walk.checkBytes("gradient", gradient, weights.numBytes());
    slots.forEach(slot -> Walk.checkBytes("slot", slot, weights.numBytes()));
  }

  private CudaKernel kernel(OptimizerStep step) {
    return switch (step) {
      case OptimizerStep.Sgd s -> sgd;
      case OptimizerStep.Momentum m -> momentum;
      case OptimizerStep.Nesterov n -> nesterov;
      case OptimizerStep.Adagrad a -> adagrad;
      case OptimizerStep.RmsProp r -> rmsProp;
      case OptimizerStep.Adam a -> adam;
      case OptimizerStep.Subtract s -> subtract;
    };
  }

  private static KernelArguments withScalars(KernelArguments arguments, OptimizerStep step) {
    return switch (step) {
      case OptimizerStep.Sgd s -> arguments.float32(s.rate()).float32(s.decay());
      case OptimizerStep.Momentum m ->
          arguments.float32(m.rate()).float32(m.momentum()).float32(m.decay());
      case OptimizerStep.Nesterov n ->
          arguments
              .float32(n.rate())
              .float32(n.momentum())
              .float32(n.rate() * n.momentum())
              .float32(n.decay());
      case OptimizerStep.Adagrad a -> arguments.float32(a.rate()).float32(a.decay());
      case OptimizerStep.RmsProp r ->
          arguments
              .float32(r.rate())
              .float32(r.renewed())
              .float32(r.momentum())
              .float32(r.epsilon())
              .float32(r.decay());
      case OptimizerStep.Adam a ->
          arguments
              .float32(a.rate())
              .float32(a.renewedMean())
              .float32(a.renewedSquare())
              .float32(a.epsilon())
              .float32(a.before())
              .float32(a.beside());
      case OptimizerStep.Subtract s -> arguments;
    };
  }
}
