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

/** An LSTM on MNIST: an image is a sequence, its columns are the time steps. */
public final class LstmColumns implements TrainingProgram {
  @Override
  public List<Flag> flags() {
    return List.of(
        MnistData.DATA_DIR,
        new Flag("train_steps", "2000", "global steps, at least 1"),
        new Flag("batch_size", "64", "examples per worker and step, at least 1"),
        new Flag("learning_rate", "0.003", "of Adam, above 0"),
        new Flag("hidden_units", "128", "units of the LSTM, at least 1"));
  }

  @Override
  public TrainingTask create(ProgramContext context) {
    ImageFolder folder = MnistData.open(context);
    ImageSet images = folder.train();
    int hiddenUnits = context.flags().count("hidden_units", 1);
    return ImageTraining.of(
        context,
        () ->
            Networks.lstm(
                context.compute(), context.seed(), images, hiddenUnits, ImageSet.NUM_CLASSES),
        ImageBatches.Layout.COLUMNS,
        images,
        folder::test);
  }
}
