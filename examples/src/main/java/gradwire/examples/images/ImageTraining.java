package gradwire.examples.images;

import gradwire.config.Consistency;
import gradwire.dl4j.Dl4jEngine;
import gradwire.update.OptimizerSpec;
import gradwire.worker.data.BatchPlan;
import gradwire.worker.data.BatchSource;
import gradwire.worker.data.ImageBatches;
import gradwire.worker.data.ImageSet;
import gradwire.worker.data.SharedEpochs;
import gradwire.worker.engine.ComputeEngine;
import gradwire.worker.program.Evaluation;
import gradwire.worker.program.FlagValues;
import gradwire.worker.program.ProgramContext;
import gradwire.worker.program.StepListener;
import gradwire.worker.program.TrainingTask;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A DL4J image classifier in training; what the jobs on images have in common. */
public final class ImageTraining implements TrainingTask {
  /**
   * What tells one job from another.
   *
   * @param newEngine makes an engine with the job's initial values
   * @param layout of the images
   * @param images to train on
   * @param plan which of them a batch holds
   * @param batchSize examples of a batch
   * @param evaluated sets by the prefix of their metrics; loaded when first asked for
   */
  public record Parts(
      Supplier<Dl4jEngine> newEngine,
      ImageBatches.Layout layout,
      ImageSet images,
      BatchPlan plan,
      int batchSize,
      long trainSteps,
      OptimizerSpec optimizer,
      Optional<Consistency> consistency,
      Supplier<Map<String, ImageSet>> evaluated) {}

  private final Parts parts;
  private final StepListener listener;
  private final Dl4jEngine engine;
  private final Arena arena = Arena.ofShared();
  private final ImageBatches batches;

  public ImageTraining(Parts parts, Dl4jEngine engine, StepListener listener) {
    this.parts = parts;
    this.engine = engine;
    this.listener = listener;
    this.batches =
        new ImageBatches(parts.images(), parts.plan(), parts.batchSize(), parts.layout(), arena);
  }

  /**
   * A job with the usual flags, {@code train_steps}, {@code batch_size} and Adam's {@code
   * learning_rate}, whose replicas share each epoch's images out.
   *
   * @param newEngine makes an engine with the job's initial values
   * @param test loaded when first asked for
   */
  public static ImageTraining of(
      ProgramContext context,
      Supplier<Dl4jEngine> newEngine,
      ImageBatches.Layout layout,
      ImageSet train,
      Supplier<ImageSet> test) {
    FlagValues flags = context.flags();
    Parts parts =
        new Parts(
            newEngine,
            layout,
            train,
            new SharedEpochs(context.seed(), train.numImages(), context.numReplicas()),
            flags.count("batch_size", 1),
            flags.wholeNumber("train_steps", 1),
            OptimizerSpec.of("adam", Map.of("learning_rate", flags.positive("learning_rate"))),
            Optional.empty(),
            () -> Map.of("test", test.get()));
    return new ImageTraining(parts, newEngine.get(), StepListener.SILENT);
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
    return parts.trainSteps();
  }

  @Override
  public OptimizerSpec optimizer() {
    return parts.optimizer();
  }

  @Override
  public Optional<Consistency> consistency() {
    return parts.consistency();
  }

  /** The engine was made with them. */
  @Override
  public void initialize() {}

  @Override
  public Optional<Supplier<Evaluation>> evaluations() {
    return Optional.of(
        () ->
            new ImageEvaluation(parts.newEngine().get(), parts.layout(), parts.evaluated().get()));
  }

  @Override
  public StepListener listener() {
    return listener;
  }

  @Override
  public void saveModel(Path folder) {
    engine.save(folder.resolve("model.zip"));
  }

  @Override
  public void close() {
    engine.close();
    arena.close();
  }
}
