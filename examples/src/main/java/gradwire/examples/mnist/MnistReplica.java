package gradwire.examples.mnist;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.config.Consistency;
import gradwire.dl4j.Dl4jEngine;
import gradwire.error.Expect;
import gradwire.examples.images.ImageTraining;
import gradwire.random.Draws;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.TensorSpec;
import gradwire.update.OptimizerSpec;
import gradwire.worker.data.ImageBatches;
import gradwire.worker.data.ImageFolder;
import gradwire.worker.data.ImageSet;
import gradwire.worker.data.ReplicaShuffle;
import gradwire.worker.program.Flag;
import gradwire.worker.program.FlagValues;
import gradwire.worker.program.ProgramContext;
import gradwire.worker.program.TrainingProgram;
import gradwire.worker.program.TrainingTask;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * The distributed MNIST job of Batch AI and Azure ML ({@code mnist_replica.py}), to the letter:
 * network, initial values, loss, optimizer, batches, flags and output lines. See {@code
 * docs/mnist-replica.md}.
 */
public final class MnistReplica implements TrainingProgram {
  private static final int NUM_VALIDATION = 5_000;

  @Override
  public List<Flag> flags() {
    return List.of(
        MnistData.DATA_DIR,
        new Flag("train_steps", "200", "global steps, at least 1"),
        new Flag("batch_size", "100", "examples per worker and step, at least 1"),
        new Flag("learning_rate", "0.01", "of Adam, above 0"),
        new Flag("hidden_units", "100", "units of the hidden layer, at least 1"),
        new Flag("sync_replicas", "false", "average the workers' gradients, step by step"),
        new Flag("replicas_to_aggregate", "", "gradients a step with sync_replicas; empty: all"),
        new Flag("num_gpus", "0", "accepted as the reference does; estimator.use_gpu decides"),
        new Flag("download_only", "false", "only false: the data is on disk already"),
        new Flag("existing_servers", "false", "only false: servers are started by the job"),
        new Flag("checkpoint_dir", "", "where parameter servers save, when started by flags"),
        new Flag("log_dir", "", "accepted as Batch AI adds it; logs go to the run folder"));
  }

  @Override
  public TrainingTask create(ProgramContext context) {
    FlagValues flags = context.flags();
    refuse(flags, "download_only");
    refuse(flags, "existing_servers");
    ImageFolder folder = MnistData.open(context);
    folder.files().forEach(file -> context.out().println("Extracting " + file));
    ImageSet all = folder.train();
    Expect.that(
        all.numImages() > NUM_VALIDATION,
        "data_dir",
        "more than " + NUM_VALIDATION + " training images",
        all.numImages(),
        "the first " + NUM_VALIDATION + " are for validation");
    ImageSet validation = all.slice(0, NUM_VALIDATION);
    ImageSet training = all.slice(NUM_VALIDATION, all.numImages());
    Supplier<Dl4jEngine> newEngine = () -> engine(context, all.numPixels());
    Dl4jEngine engine = newEngine.get();
    ImageTraining.Parts parts =
        new ImageTraining.Parts(
            newEngine,
            ImageBatches.Layout.FLAT,
            training,
            new ReplicaShuffle(context.seed(), training.numImages()),
            flags.count("batch_size", 1),
            flags.wholeNumber("train_steps", 1),
            OptimizerSpec.of("adam", Map.of("learning_rate", flags.positive("learning_rate"))),
            consistency(flags, context.numReplicas()),
            () -> Map.of("validation", validation, "test", folder.test()));
    return new ImageTraining(
        parts, engine, new ReferenceLines(context, engine, validation, parts.trainSteps()));
  }

  private static void refuse(FlagValues flags, String flag) {
    Expect.that(
        !flags.isTrue(flag), "estimator.script_params." + flag, "false", "true", "remove it");
  }

  private static Optional<Consistency> consistency(FlagValues flags, int numReplicas) {
    if (!flags.isTrue("sync_replicas")) {
      return Optional.empty();
    }
    if (flags.text("replicas_to_aggregate").isEmpty()) {
      return Optional.of(new Consistency.Sync(OptionalInt.empty()));
    }
    int replicas = flags.count("replicas_to_aggregate", 1);
    Expect.that(
        replicas <= numReplicas,
        "estimator.script_params.replicas_to_aggregate",
        "at most the " + numReplicas + " replicas",
        replicas,
        "leave it out to aggregate all");
    return Optional.of(new Consistency.Sync(OptionalInt.of(replicas)));
  }

  /**
   * Truncated normals: stddev 1/28 for {@code hid_w}, 1/sqrt(hidden) for {@code sm_w}; biases 0.
   */
  private static Dl4jEngine engine(ProgramContext context, int numPixels) {
    int hiddenUnits = context.flags().count("hidden_units", 1);
    Dl4jEngine engine =
        Networks.reference(context.compute(), numPixels, hiddenUnits, ImageSet.NUM_CLASSES);
    draw(engine, "hid_w", 1 / Math.sqrt(numPixels), context.seed());
    draw(engine, "sm_w", 1 / Math.sqrt(hiddenUnits), context.seed());
    return engine;
  }

  private static void draw(Dl4jEngine engine, String name, double stddev, long seed) {
    FlatLayout layout = engine.layout();
    for (int i = 0; i < layout.tensors().size(); i++) {
      TensorSpec tensor = layout.tensors().get(i);
      if (tensor.name().equals(name)) {
        Draws draws = Draws.of(seed, Draws.Purpose.INITIAL_VALUES, i);
        for (long k = 0; k < tensor.numFloats(); k++) {
          engine
              .parameters()
              .setAtIndex(
                  JAVA_FLOAT,
                  layout.offset(i) + k,
                  (float) (stddev * draws.nextTruncatedGaussian()));
        }
      }
    }
  }
}
