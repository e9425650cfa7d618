package gradwire.config;

import gradwire.error.Expect;
import java.util.OptionalInt;

/**
 * What is to compute a worker's gradients, and where. Immutable.
 *
 * @param engine of DL4J networks; not {@link EngineChoice#DL4J} on a GPU
 * @param gpu number of the worker's GPU, counted on over the host's workers: it is GPU {@code gpu}
 *     modulo the number of GPUs that its process sees; empty: the CPU computes
 */
public record ComputeChoice(EngineChoice engine, OptionalInt gpu) {
  public ComputeChoice {
    Expect.that(
        gpu.isEmpty() || engine != EngineChoice.DL4J,
        "estimator.use_gpu",
        "engine auto or native",
        "training.engine: dl4j",
        "DL4J's own layers run on the CPU here: ND4J's CUDA backend (nd4j-cuda-11.6) is not on the"
            + " class path");
  }

  public static ComputeChoice cpu(EngineChoice engine) {
    return new ComputeChoice(engine, OptionalInt.empty());
  }

  /**
   * What a job's worker computes with.
   *
   * @param worker its task index
   * @throws gradwire.error.UsageException if {@code engine} can't compute on a GPU, but is to
   */
  public static ComputeChoice of(EngineChoice engine, boolean useGpu, int worker) {
    return useGpu ? new ComputeChoice(engine, OptionalInt.of(worker)) : cpu(engine);
  }
}
