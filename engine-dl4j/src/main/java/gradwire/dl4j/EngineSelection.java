package gradwire.dl4j;

import gradwire.config.EngineChoice;
import gradwire.error.Expect;
import gradwire.error.UsageException;
import gradwire.kernels.cpu.CpuKernels;
import gradwire.plan.NetworkSpec;
import gradwire.worker.engine.StepVectors;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what computes a network: never silently another way than asked for.
 *
 * @param table where its parameters lie
 * @param vectors the engine's
 */
record EngineSelection(FlatNetwork network, Parameters table, StepVectors vectors) {
  private static final Logger log = LoggerFactory.getLogger(EngineSelection.class);

  /**
   * @throws UsageException if {@link EngineChoice#NATIVE} or a GPU is asked for and can't be
   */
  Computation choose(Dl4jOptions options) {
    boolean mean = options.lossReduction() == LossReduction.MEAN && network.dividesByBatchSize();
    if (options.compute().gpu().isPresent()) {
      return gpu(options.compute().gpu().getAsInt(), mean);
    }
    EngineChoice engine = options.compute().engine();
    if (engine == EngineChoice.DL4J) {
      return dl4j(options);
    }
    try {
      requireCpuKernels();
      NetworkSpec spec = compile();
      return new CompiledComputation(spec, new CpuPlanner(spec, vectors), mean);
    } catch (UnknownLayerException unknown) {
      if (engine == EngineChoice.NATIVE) {
        throw new UsageException(
            Expect.message(
                "training.engine",
                "a network that can be compiled",
                unknown.reason(),
                "use auto or dl4j"),
            unknown);
      }
      log.info("engine: {}, which isn't compiled; DL4J computes", unknown.reason());
      return dl4j(options);
    }
  }

  private Computation gpu(int index, boolean mean) {
    try {
      NetworkSpec spec = compile();
      return new CompiledComputation(spec, new GpuPlanner(spec, vectors, index), mean);
    } catch (UnknownLayerException unknown) {
      throw new UsageException(
          Expect.message(
              "estimator.use_gpu",
              "a network that runs on a GPU",
              unknown.reason(),
              "leave out use_gpu to train on the CPU"),
          unknown);
    }
  }

  private static void requireCpuKernels() throws UnknownLayerException {
    Optional<String> missing = CpuKernels.missing();
    if (missing.isPresent()) {
      throw new UnknownLayerException("this process", "no kernels: " + missing.get());
    }
  }

  private NetworkSpec compile() throws UnknownLayerException {
    return switch (network) {
      case FlatMultiLayerNetwork chain ->
          NetworkCompiler.compile(chain.getLayerWiseConfigurations(), table);
      case FlatComputationGraph graph ->
          GraphCompiler.compile(graph.getConfiguration(), graph.orderedNames(), table);
    };
  }

  private Computation dl4j(Dl4jOptions options) {
    GradientPlan plan =
        GradientPlan.of(
            network, table, vectors.parameters(), vectors.gradient(), options.lossReduction());
    return new Dl4jComputation(network, plan);
  }
}
