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

/** LeNet on MNIST: convolutions, a model that is worth distributing. */
public final class LeNet implements TrainingProgram {
  @Override
  public List<Flag> flags() {
    return List.of(
        MnistData.DATA_DIR,
        new Flag("train_steps", "2000", "global steps, at least 1"),
        new Flag("batch_size", "64", "examples per worker and step, at least 1"),
        new Flag("learning_rate", "0.001", "of Adam, above 0"));
  }

  @Override
  public TrainingTask create(ProgramContext context) {
    FlagValues flags = context.flags();
    ImageFolder folder = MnistData.open(context);
    ImageSet images = folder.train();
    ImageTraining.Parts parts =
        new ImageTraining.Parts(
            () ->
                Networks.leNet(
                    context.engine(),
                    context.seed(),
                    images.rows(),
                    images.columns(),
                    ImageSet.NUM_CLASSES),
            ImageBatches.Layout.IMAGES,
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
