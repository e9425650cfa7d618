package gradwire.examples.cifar;

import gradwire.config.ComputeChoice;
import gradwire.dl4j.Dl4jEngine;
import gradwire.dl4j.Dl4jOptions;
import gradwire.examples.images.ImageTraining;
import gradwire.worker.data.CifarFolder;
import gradwire.worker.data.ImageBatches;
import gradwire.worker.data.ImageSet;
import gradwire.worker.program.Flag;
import gradwire.worker.program.ProgramContext;
import gradwire.worker.program.TrainingProgram;
import gradwire.worker.program.TrainingTask;
import java.util.List;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.weights.WeightInit;

/** A small residual network on CIFAR-10, or on images of its shape that are made up. */
public final class ResNet implements TrainingProgram {
  private static final int NUM_MADE_UP_TEST_IMAGES = 1_000;

  @Override
  public List<Flag> flags() {
    return List.of(
        new Flag("data_dir", "", "folder of CIFAR-10's binary files; empty: images are made up"),
        new Flag("made_up_images", "10000", "to train on, if no data_dir is given, at least 1"),
        new Flag("blocks", "1", "of each of the three groups; 3 are a ResNet-20"),
        new Flag("train_steps", "1000", "global steps, at least 1"),
        new Flag("batch_size", "64", "examples per worker and step, at least 1"),
        new Flag("learning_rate", "0.003", "of Adam, above 0"));
  }

  @Override
  public TrainingTask create(ProgramContext context) {
    Data data = data(context);
    int blocks = context.flags().count("blocks", 1);
    Supplier<Dl4jEngine> newEngine = () -> engine(context.compute(), context.seed(), blocks);
    return ImageTraining.of(context, newEngine, ImageBatches.Layout.IMAGES, data.train, data.test);
  }

  private record Data(ImageSet train, Supplier<ImageSet> test) {}

  private static Data data(ProgramContext context) {
    if (context.flags().text("data_dir").isEmpty()) {
      int count = context.flags().count("made_up_images", 1);
      return new Data(
          MadeUpImages.draw(context.seed(), 0, count),
          () -> MadeUpImages.draw(context.seed(), count, NUM_MADE_UP_TEST_IMAGES));
    }
    CifarFolder folder = CifarFolder.open(context.path("data_dir"));
    return new Data(folder.train(), folder::test);
  }

  private static Dl4jEngine engine(ComputeChoice choice, long seed, int blocks) {
    return Dl4jEngine.of(
        ResidualNetwork.of(
            new NeuralNetConfiguration.Builder().seed(seed).weightInit(WeightInit.RELU), blocks),
        Dl4jOptions.DEFAULT.with(choice));
  }
}
