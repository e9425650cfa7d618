package gradwire.dl4j;

import gradwire.error.Expect;
import gradwire.error.UsageException;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.Floats;
import gradwire.tensor.SharedMemory;
import gradwire.worker.engine.Batch;
import gradwire.worker.engine.ComputeEngine;
import gradwire.worker.engine.FloatTensor;
import gradwire.worker.engine.StepFlow;
import gradwire.worker.engine.StepVectors;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A DL4J network as a compute engine. One thread: the one that made it.
 *
 * <p>The engine builds its own network from the given one's configuration, in memory that it
 * allocates once; the given network lends its initial parameters and is not touched again, until
 * {@link #copyParametersTo}.
 *
 * <p><b>Gradient.</b> DL4J's raw gradient is the sum over the batch, and its updater divides, clips
 * and regularises; here the engine divides (see {@link LossReduction}) and the server's optimizer
 * does the rest ({@link Dl4jOptimizers}).
 *
 * <p><b>Batch norm.</b> Running mean and variance (or log10 of the deviation) are {@code STATISTIC}
 * tensors. Their place in {@link #gradient} holds the amount to subtract: {@code (1 - decay) *
 * (running - batch)} for the mean and the variance, {@code log10} of the ratio of old to new
 * deviation otherwise; never divided by the batch size.
 *
 * <p><b>Computation.</b> Where it is known how, the network is compiled to kernel calls that don't
 * use ND4J; else DL4J's layers compute ({@link Dl4jOptions#engine}).
 *
 * <p><b>Dropout.</b> ND4J's generator belongs to the thread; it is seeded from the random key
 * before every gradient.
 */
public final class Dl4jEngine implements ComputeEngine {
  private final StepVectors vectors;
  private final MemorySegment parameters;
  private final MemorySegment gradient;
  private final FlatNetwork network;
  private final FlatLayout layout;
  private final Computation computation;

  private Dl4jEngine(INDArray initial, Dl4jOptions options, Builder builder) {
    vectors = new StepVectors(initial.length());
    try {
      parameters = vectors.parameters();
      gradient = vectors.gradient();
      network = builder.build(row(parameters), row(gradient));
      row(parameters).assign(initial.reshape(1, initial.length()));
      Parameters table = Parameters.of(network.layers());
      layout = table.layout(options.tensorNames());
      computation = new EngineSelection(network, table, vectors).choose(options);
    } catch (RuntimeException | Error failure) {
      vectors.close();
      throw failure;
    }
  }

  /** The network's configuration and present parameters; {@link Dl4jOptions#DEFAULT}. */
  public static Dl4jEngine of(MultiLayerNetwork network) {
    return of(network, Dl4jOptions.DEFAULT);
  }

  /**
   * The network's configuration and present parameters; it is initialised if it wasn't.
   *
   * @throws UsageException if the network is one that the engine can't run
   */
  public static Dl4jEngine of(MultiLayerNetwork network, Dl4jOptions options) {
    Nd4jSetup.ensure();
    network.init();
    SupportedNetworks.require(network);
    return new Dl4jEngine(
        network.params(),
        options,
        (parameters, gradient) ->
            new FlatMultiLayerNetwork(
                network.getLayerWiseConfigurations().clone(), parameters, gradient));
  }

  /** The graph's configuration and present parameters; {@link Dl4jOptions#DEFAULT}. */
  public static Dl4jEngine of(ComputationGraph graph) {
    return of(graph, Dl4jOptions.DEFAULT);
  }

  /**
   * The graph's configuration and present parameters; it is initialised if it wasn't.
   *
   * @throws UsageException if the graph is one that the engine can't run
   */
  public static Dl4jEngine of(ComputationGraph graph, Dl4jOptions options) {
    Nd4jSetup.ensure();
    graph.init();
    SupportedNetworks.require(graph);
    return new Dl4jEngine(
        graph.params(),
        options,
        (parameters, gradient) ->
            new FlatComputationGraph(graph.getConfiguration().clone(), parameters, gradient));
  }

  @Override
  public FlatLayout layout() {
    return layout;
  }

  @Override
  public MemorySegment parameters() {
    return parameters;
  }

  @Override
  public MemorySegment gradient() {
    return gradient;
  }

  @Override
  public Optional<SharedMemory> sharedMemory() {
    return vectors.shared();
  }

  @Override
  public double computeGradient(Batch batch, long randomKey, StepFlow flow) {
    requireOneLabelEach(batch);
    return computation.computeGradient(batch, randomKey, flow);
  }

  @Override
  public List<FloatTensor> infer(Batch batch) {
    return computation.infer(batch);
  }

  @Override
  public String backend() {
    return computation.backend();
  }

  /**
   * Writes the network as a DL4J model zip, without updater state; whole or not at all.
   *
   * @throws gradwire.error.GradwireException if {@code zip} can't be written
   */
  public void save(Path zip) {
    ModelZip.write(network.model(), zip);
  }

  /**
   * Gives the present parameters to a network of the same configuration, the one that this engine
   * was made of for instance.
   *
   * @throws UsageException if {@code target} has another number of parameters
   */
  public void copyParametersTo(Model target) {
    Expect.that(
        target.numParams() == layout.numFloats(),
        "copyParametersTo",
        layout.numFloats() + " parameters",
        target.numParams(),
        "give the network that the engine was made of");
    target.params().assign(row(parameters).reshape(target.params().shape()));
  }

  @Override
  public void close() {
    computation.close();
    vectors.close();
  }

  /** Makes a network that lives in the two arrays, {@code [1, numFloats]} each. */
  @FunctionalInterface
  private interface Builder {
    FlatNetwork build(INDArray parameters, INDArray gradient);
  }

  private static void requireOneLabelEach(Batch batch) {
    for (FloatTensor labels : batch.labels()) {
      Expect.that(
          labels.numExamples() == batch.numExamples(),
          "batch",
          batch.numExamples() + " labels, one for each example",
          labels.numExamples(),
          "check the source");
    }
  }

  private static INDArray row(MemorySegment memory) {
    return SegmentArrays.array(memory, 1, Floats.length(memory));
  }
}
