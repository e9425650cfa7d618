package gradwire.bench.kernel;

import gradwire.kernels.cpu.CpuKernels;
import gradwire.kernels.cuda.CudaSupport;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Whose kernels. */
enum Backend {
  /** Ours, on the processor. */
  NATIVE {
    @Override
    Optional<String> missing() {
      return CpuKernels.missing();
    }

    @Override
    Computation computation(Problem problem, List<MemorySegment> inputs, Arena arena) {
      return NativeKernels.of(problem, inputs, arena);
    }
  },

  /** ND4J's, on the processor. */
  ND4J {
    @Override
    Optional<String> missing() {
      return Optional.empty();
    }

    @Override
    Computation computation(Problem problem, List<MemorySegment> inputs, Arena arena) {
      return Nd4jKernels.of(problem, inputs, arena);
    }
  },

  /** Ours, on the first GPU. */
  CUDA {
    @Override
    Optional<String> missing() {
      return switch (CudaSupport.find()) {
        case CudaSupport.Here here -> Optional.empty();
        case CudaSupport.NotHere(String because) -> Optional.of(because);
      };
    }

    @Override
    Computation computation(Problem problem, List<MemorySegment> inputs, Arena arena) {
      return CudaKernels.of(problem, inputs, arena);
    }
  };

  /** Why there are no rows of this one here. */
  abstract Optional<String> missing();

  /**
   * The kernel for a problem.
   *
   * @param inputs outlive it; may be overwritten
   * @param arena keeps what else it needs
   */
  abstract Computation computation(Problem problem, List<MemorySegment> inputs, Arena arena);

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  IllegalArgumentException hasNo(Problem problem) {
    return new IllegalArgumentException(word() + " has no " + problem.name());
  }
}
