package gradwire.examples.embed;

import gradwire.config.ComputeTarget;
import gradwire.embed.DistributedTraining;
import java.util.Locale;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** A DL4J program that trains its network with Gradwire instead of {@code network.fit}. */
public final class TrainSpirals {
  private TrainSpirals() {}

  /**
   * @param args {@code inprocess} (threads of this JVM, the default) or {@code local} (processes)
   */
  public static void main(String[] args) {
    MultiLayerNetwork network = Spirals.network();
    DataSetIterator iterator = Spirals.iterator(1, 6_000, 50);
    ComputeTarget target =
        ComputeTarget.valueOf(args.length == 0 ? "INPROCESS" : args[0].toUpperCase(Locale.ROOT));

    MultiLayerNetwork trained =
        DistributedTraining.of(network, iterator)
            .workers(2)
            .servers(1)
            .epochs(20)
            .on(target) // ComputeTarget.INPROCESS, or LOCAL: the one line to change
            .run();

    System.out.printf(
        "test accuracy %.4f%n", trained.evaluate(Spirals.iterator(2, 3_000, 500)).accuracy());
  }
}
