package gradwire.examples.mnist;

import gradwire.examples.images.ImageTraining;
import gradwire.update.OptimizerSpec;
import gradwire.worker.data.ImageBatches;
import gradwire.worker.data.ImageFolder;
import gradwire.worker.data.ImageSet;
import gradwire.worker.data.SharedEpochs;
import gradwire.worker.program.Flag;
import gradwire.worker.program.FlagValues;
import gradwire.worker.program.ProgramContext;
import gradwire.worker.program.StepListener;
import gradwire.worker.program.TrainingProgram;
import gradwire.worker.program.TrainingTask;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The reference job's net with the usual loss, all training images and tuned defaults. */
public final class Mnist implements TrainingProgram {
  @Override
  public List<Flag> flags() {
    return List.of(
        MnistData.DATA_DIR,
        new Flag("train_steps", "10000", "global steps, at least 1"),
        new Flag("batch_size", "100", "examples per worker and step, at least 1"),
        new Flag("learning_rate", "0.003", "of Adam, above 0"),
        new Flag("hidden_units", "100", "units of the hidden layer, at least 1"));
  }

  @Override
  public TrainingTask create(ProgramContext context) {
    FlagValues flags = context.flags();
    ImageFolder folder = MnistData.open(context);
    ImageSet images = folder.train();
    int hiddenUnits = flags.count("hidden_units", 1);
    ImageTraining.Parts parts =
        new ImageTraining.Parts(
            () ->
                Networks.perceptron(
                    context.engine(),
                    context.seed(),
                    images.numPixels(),
                    hiddenUnits,
                    ImageSet.NUM_CLASSES),
            ImageBatches.Layout.FLAT,
            images,
            new SharedEpochs(context.seed(), images.numImages(), context.numReplicas()),
            flags.count("batch_size", 1),
            flags.wholeNumber("train_steps", 1),
            OptimizerSpec.of("adam", Map.of("learning_rate", flags.positive("learning_rate"))),
            Optional.empty(),
            () -> Map.of("test", folder.test()));
    return new ImageTraining(parts, parts.newEngine().get(), StepListener.SILENT);
  }
}
