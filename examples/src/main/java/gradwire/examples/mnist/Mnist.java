package gradwire.examples.mnist;

import gradwire.examples.images.ImageTraining;
import gradwire.worker.data.ImageBatches;
import gradwire.worker.data.ImageFolder;
import gradwire.worker.data.ImageSet;
import gradwire.worker.program.Flag;
import gradwire.worker.program.ProgramContext;
import gradwire.worker.program.TrainingProgram;
import gradwire.worker.program.TrainingTask;
import java.util.List;

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
    ImageFolder folder = MnistData.open(context);
    ImageSet images = folder.train();
    int hiddenUnits = context.flags().count("hidden_units", 1);
    return ImageTraining.of(
        context,
        () ->
            Networks.perceptron(
                context.compute(),
                context.seed(),
                images.numPixels(),
                hiddenUnits,
                ImageSet.NUM_CLASSES),
        ImageBatches.Layout.FLAT,
        images,
        folder::test);
  }
}
