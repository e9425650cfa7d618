package gradwire.embed;

import gradwire.config.ComputeChoice;
import gradwire.dl4j.Dl4jEngine;
import gradwire.update.OptimizerSpec;
import gradwire.worker.data.BatchSource;
import gradwire.worker.data.SharedEpochs;
import gradwire.worker.engine.ComputeEngine;
import gradwire.worker.program.Evaluation;
import gradwire.worker.program.TrainingTask;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/** One worker of an embedded run. */
final class SpooledTask implements TrainingTask {
  private final TrainingInput input;
  private final ComputeChoice choice;
  private final long trainSteps;
  private final Arena arena = Arena.ofShared();
  private final Dl4jEngine engine;
  private final SpooledBatches batches;

  /**
   * @param batchSize examples per replica and step
   */
  SpooledTask(
      TrainingInput input,
      ComputeChoice choice,
      long seed,
      int numReplicas,
      int batchSize,
      long trainSteps) {
    this.input = input;
    this.choice = choice;
    this.trainSteps = trainSteps;
    TrainableNetwork network = TrainableNetwork.read(input.root());
    this.engine = network.newEngine(choice);
    Spool spool = Spool.open(input.train(), arena);
    SharedEpochs plan = new SharedEpochs(seed, spool.numExamples(), numReplicas);
    this.batches = new SpooledBatches(spool, plan, batchSize, arena);
  }

  @Override
  public ComputeEngine engine() {
    return engine;
  }

  @Override
  public BatchSource batches() {
    return batches;
  }

  @Override
  public long trainSteps() {
    return trainSteps;
  }

  /** Only asked for where the job names none. */
  @Override
  public OptimizerSpec optimizer() {
    return TrainableNetwork.read(input.root()).optimizer();
  }

  /** The engine was made with the network's own values. */
  @Override
  public void initialize() {}

  @Override
  public Optional<Supplier<Evaluation>> evaluations() {
    return Files.exists(input.test())
        ? Optional.of(() -> new SpooledEvaluation(input, choice))
        : Optional.empty();
  }

  /** The name of the trained network in a run's {@code model} folder. */
  static Path zip(Path folder) {
    return folder.resolve("model.zip");
  }

  @Override
  public void saveModel(Path folder) {
    engine.save(zip(folder));
  }

  @Override
  public void close() {
    engine.close();
    arena.close();
  }
}
