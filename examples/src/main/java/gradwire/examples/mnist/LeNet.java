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
    ImageFolder folder = MnistData.open(context);
    ImageSet images = folder.train();
    return ImageTraining.of(
        context,
        () ->
            Networks.leNet(
                context.compute(),
                context.seed(),
                images.rows(),
                images.columns(),
                ImageSet.NUM_CLASSES),
        ImageBatches.Layout.IMAGES,
        images,
        folder::test);
  }
}
