package gradwire.embed;

import gradwire.config.ComputeTarget;
import gradwire.config.Consistency;
import gradwire.config.Training;
import gradwire.error.Expect;
import gradwire.error.UsageException;
import gradwire.run.RunFolder;
import gradwire.run.RunResult;
import gradwire.update.OptimizerSpec;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/**
 * Trains a DL4J network with workers and parameter servers, and hands it back:
 *
 * <pre>{@code
 * MultiLayerNetwork trained =
 *     DistributedTraining.of(network, iterator)
 *         .workers(2)
 *         .epochs(3)
 *         .on(ComputeTarget.INPROCESS) // or LOCAL: a process for every task
 *         .run();
 * }</pre>
 *
 * <p><b>Data.</b> The iterator is gone through once, and its examples are written to the run's
 * folder as float32, whence all workers map them; preprocessors have their say in that one pass.
 * The batch of a worker is as large as the iterator's largest minibatch, unless {@link #batchSize}
 * says otherwise. All workers go through the examples together, in one order per epoch that is a
 * function of the seed. In sync mode each is used exactly once per epoch; the last step, rounded
 * up, may take a few from one epoch more. In the other modes a faster worker takes more of the
 * batches.
 *
 * <p><b>Steps.</b> {@code epochs * examples / (batch * workers)} in sync mode, {@code epochs *
 * examples / batch} otherwise, rounded up.
 *
 * <p><b>Optimizer.</b> The network's own updater and regularisation, run by the servers, with fresh
 * state; unless {@link #optimizer} names another, which is then all there is. The network gets
 * parameters back, but neither updater state nor counts of iterations and epochs.
 *
 * <p><b>Processes.</b> Workers get this JVM's class path (custom layers, losses and preprocessors
 * are found there) and 512 MiB of heap, servers the same without ND4J; neither gets this JVM's
 * system properties. They end with this JVM, whatever ends it. This JVM itself should run with
 * {@code --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow}; without, Java
 * prints warnings, and works. ND4J computes with one thread from then on, here too, unless {@code
 * OMP_NUM_THREADS} says otherwise: workers are the parallelism.
 *
 * <p>One thread. What it is given must not be used elsewhere while it runs.
 *
 * @param <N> the kind of network
 */
public final class DistributedTraining<N extends Model> {
  private static final Path RUNS = Path.of("runs");
  private static final String EXPERIMENT = "embedded";

  private final N model;
  private final TrainableNetwork network;
  private final MiniBatches examples;
  private Optional<MiniBatches> testExamples = Optional.empty();
  private int numWorkers = 1;
  private int numServers = 1;
  private int numEpochs = 1;
  private Optional<Integer> batchSize = Optional.empty();
  private Training training = Training.DEFAULT;
  private boolean useGpu;
  private ComputeTarget target = ComputeTarget.INPROCESS;
  private Optional<PrintStream> progress = Optional.empty();
  private Path runs = RUNS;
  private String experiment = EXPERIMENT;

  private DistributedTraining(N model, TrainableNetwork network, MiniBatches examples) {
    this.model = model;
    this.network = network;
    this.examples = examples;
    consistency(new Consistency.Sync(OptionalInt.empty()));
  }

  /** Trains {@code network}, from its present parameters on. */
  public static DistributedTraining<MultiLayerNetwork> of(
      MultiLayerNetwork network, DataSetIterator examples) {
    return new DistributedTraining<>(
        network,
        new TrainableNetwork.Layers(network),
        MiniBatches.of(EmbeddedRun.TRAINING_DATA, examples));
  }

  /** Trains a graph with one input and one output, from its present parameters on. */
  public static DistributedTraining<ComputationGraph> of(
      ComputationGraph graph, DataSetIterator examples) {
    return new DistributedTraining<>(
        graph,
        new TrainableNetwork.Graph(graph),
        MiniBatches.of(EmbeddedRun.TRAINING_DATA, examples));
  }

  /** Trains {@code graph}, from its present parameters on. */
  public static DistributedTraining<ComputationGraph> of(
      ComputationGraph graph, MultiDataSetIterator examples) {
    return new DistributedTraining<>(
        graph,
        new TrainableNetwork.Graph(graph),
        MiniBatches.of(EmbeddedRun.TRAINING_DATA, examples));
  }

  /** How many workers compute gradients, from 1; 1 unless told. */
  public DistributedTraining<N> workers(int count) {
    numWorkers = atLeastOne("workers", count);
    return this;
  }

  /** How many parameter servers share the parameters, from 1; 1 unless told. */
  public DistributedTraining<N> servers(int count) {
    numServers = atLeastOne("servers", count);
    return this;
  }

  /** How often to go through the examples, from 1; once unless told. */
  public DistributedTraining<N> epochs(int count) {
    numEpochs = atLeastOne("epochs", count);
    return this;
  }

  /** Examples of one worker's gradient, from 1. */
  public DistributedTraining<N> batchSize(int numExamples) {
    batchSize = Optional.of(atLeastOne("batchSize", numExamples));
    return this;
  }

  /** How far workers may drift apart; sync with all workers unless told. */
  public DistributedTraining<N> consistency(Consistency consistency) {
    return training(with(consistency, training.seed(), training.optimizer()));
  }

  /** Of every random draw (order of examples, dropout); 42 unless told. */
  public DistributedTraining<N> seed(long seed) {
    return training(with(training.consistency(), seed, training.optimizer()));
  }

  /** What the servers run instead of the network's own updater and regularisation. */
  public DistributedTraining<N> optimizer(OptimizerSpec optimizer) {
    return training(with(training.consistency(), training.seed(), Optional.of(optimizer)));
  }

  /**
   * All of a job file's {@code training:} block at once, consistency included: checkpoints, a
   * target to stop at, ...
   */
  public DistributedTraining<N> training(Training training) {
    this.training = training;
    return this;
  }

  /** Workers compute on GPUs, each on the one of its index; on the CPU unless told. */
  public DistributedTraining<N> useGpu() {
    useGpu = true;
    return this;
  }

  /** Judges a classifier on these examples; the result's metrics have {@code testAccuracy}. */
  public DistributedTraining<N> evaluate(DataSetIterator examples) {
    testExamples = Optional.of(MiniBatches.of(EmbeddedRun.TEST_DATA, examples));
    return this;
  }

  /** As {@link #evaluate(DataSetIterator)}; of the first output. */
  public DistributedTraining<N> evaluate(MultiDataSetIterator examples) {
    testExamples = Optional.of(MiniBatches.of(EmbeddedRun.TEST_DATA, examples));
    return this;
  }

  /** Where the tasks run; as threads of this JVM unless told. */
  public DistributedTraining<N> on(ComputeTarget target) {
    this.target = target;
    return this;
  }

  /** Prints a line every five seconds while there is progress; silent unless told. */
  public DistributedTraining<N> progress(PrintStream out) {
    progress = Optional.of(out);
    return this;
  }

  /**
   * Where the run's folder is made: {@code runs/experiment/<run-id>}; {@code runs/embedded/} unless
   * told.
   */
  public DistributedTraining<N> runs(Path runs, String experiment) {
    this.runs = runs;
    this.experiment = experiment;
    return this;
  }

  /**
   * Trains to the end; blocks. Interrupting the thread ends the run.
   *
   * @return the caller's own network, with the trained parameters
   * @throws UsageException if network or data can't be trained; nothing was started
   * @throws gradwire.error.GradwireException if the run failed; the network is as it was
   */
  public N run() {
    return runAndReport().network();
  }

  /** As {@link #run}, and tells how it went. */
  public TrainedNetwork<N> runAndReport() {
    Training complete =
        with(
            training.consistency(),
            training.seed(),
            Optional.of(training.optimizer().orElseGet(this::ownOptimizer)));
    RunFolder folder = RunFolder.create(runs, experiment);
    EmbeddedRun run = new EmbeddedRun(plan(complete), folder);
    RunResult result = run.awaitResult();
    return new TrainedNetwork<>(model, result, folder.root());
  }

  private EmbeddedRun.Plan plan(Training complete) {
    return new EmbeddedRun.Plan(
        network,
        examples,
        testExamples,
        experiment,
        numWorkers,
        numServers,
        numEpochs,
        batchSize,
        complete,
        useGpu,
        target,
        progress);
  }

  private OptimizerSpec ownOptimizer() {
    try {
      return network.optimizer();
    } catch (UsageException unlike) {
      throw new UsageException(unlike.getMessage() + " (here: call optimizer)", unlike);
    }
  }

  private Training with(Consistency consistency, long seed, Optional<OptimizerSpec> optimizer) {
    return new Training(
        consistency,
        seed,
        training.wire(),
        training.checkpoint(),
        training.stopAt(),
        training.evaluateEverySteps(),
        optimizer,
        training.waitTimeoutSeconds(),
        training.leaseSeconds(),
        training.transport(),
        training.tls(),
        training.trace(),
        training.replicas(),
        training.engine());
  }

  private static int atLeastOne(String where, int count) {
    Expect.that(count >= 1, where, "at least 1", count, "try 1");
    return count;
  }
}
