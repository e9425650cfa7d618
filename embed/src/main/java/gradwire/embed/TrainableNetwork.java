package gradwire.embed;

import gradwire.config.ComputeChoice;
import gradwire.dl4j.Dl4jEngine;
import gradwire.dl4j.Dl4jOptimizers;
import gradwire.dl4j.Dl4jOptions;
import gradwire.error.GradwireException;
import gradwire.update.OptimizerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;

/** A DL4J network of either kind. */
sealed interface TrainableNetwork {
  /** Layer by layer. */
  record Layers(MultiLayerNetwork model) implements TrainableNetwork {
    private static final String FILE = "multi-layer-network.zip";
  }

  /** A graph of vertices. */
  record Graph(ComputationGraph model) implements TrainableNetwork {
    private static final String FILE = "computation-graph.zip";
  }

  /** DL4J's own object. */
  Model model();

  /**
   * An engine for the calling thread, with copies of the present parameters.
   *
   * @throws gradwire.error.UsageException if the engine can't run such a network
   */
  default Dl4jEngine newEngine(ComputeChoice choice) {
    Dl4jOptions options = Dl4jOptions.DEFAULT.with(choice);
    return switch (this) {
      case Layers(MultiLayerNetwork network) -> Dl4jEngine.of(network, options);
      case Graph(ComputationGraph graph) -> Dl4jEngine.of(graph, options);
    };
  }

  /**
   * What the network's own updater is on a server.
   *
   * @throws gradwire.error.UsageException if servers have nothing equal
   */
  default OptimizerSpec optimizer() {
    return switch (this) {
      case Layers(MultiLayerNetwork network) -> Dl4jOptimizers.specOf(network);
      case Graph(ComputationGraph graph) -> Dl4jOptimizers.specOf(graph);
    };
  }

  default int numInputs() {
    return switch (this) {
      case Layers ignored -> 1;
      case Graph(ComputationGraph graph) -> graph.getNumInputArrays();
    };
  }

  default int numOutputs() {
    return switch (this) {
      case Layers ignored -> 1;
      case Graph(ComputationGraph graph) -> graph.getNumOutputArrays();
    };
  }

  /** Writes configuration and parameters into {@code folder}. */
  default void write(Path folder) {
    Path file =
        folder.resolve(
            switch (this) {
              case Layers ignored -> Layers.FILE;
              case Graph ignored -> Graph.FILE;
            });
    try {
      ModelSerializer.writeModel(model(), file.toFile(), false);
    } catch (IOException e) {
      throw new GradwireException(
          file + ": expected to write the network there, got " + e + "; check folder and disk", e);
    }
  }

  /**
   * What {@link #write} wrote.
   *
   * @throws GradwireException if there is nothing such in {@code folder}, or it is damaged
   */
  static TrainableNetwork read(Path folder) {
    Path graph = folder.resolve(Graph.FILE);
    return Files.exists(graph)
        ? new Graph((ComputationGraph) restore(graph, ModelSerializer::restoreComputationGraph))
        : new Layers(
            (MultiLayerNetwork)
                restore(folder.resolve(Layers.FILE), ModelSerializer::restoreMultiLayerNetwork));
  }

  /** Takes over the parameters of a DL4J zip of the same configuration. */
  default void takeParameters(Path zip) {
    Model trained =
        switch (this) {
          case Layers ignored -> restore(zip, ModelSerializer::restoreMultiLayerNetwork);
          case Graph ignored -> restore(zip, ModelSerializer::restoreComputationGraph);
        };
    model().params().assign(trained.params());
  }

  /** One of DL4J's two readers. */
  interface Reader {
    Model read(java.io.File zip, boolean withUpdater) throws IOException;
  }

  private static Model restore(Path zip, Reader reader) {
    try {
      return reader.read(zip.toFile(), false);
    } catch (IOException | RuntimeException e) {
      throw new GradwireException(
          zip + ": expected a DL4J network, got " + e + "; was the file moved or cut short?", e);
    }
  }
}
