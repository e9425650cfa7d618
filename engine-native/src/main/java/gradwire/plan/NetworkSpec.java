package gradwire.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * What a network computes: layers in the order of their computation, and a loss on the last one's
 * values. Immutable.
 *
 * @param hasLossOfSteps whether every time step has labels of its own, {@code [batch, labels, time
 *     steps]}; else every example, {@code [batch, labels]}
 */
public record NetworkSpec(List<Vertex> vertices, Loss loss, boolean hasLossOfSteps) {
  /** The number that the network's input has among a vertex's inputs. */
  public static final int INPUT = -1;

  public NetworkSpec {
    vertices = List.copyOf(vertices);
    for (int v = 0; v < vertices.size(); v++) {
      boolean readsIds = vertices.get(v).layer() instanceof Embedding;
      for (int input : vertices.get(v).inputs()) {
        if (input < INPUT || input >= (readsIds ? 0 : v)) {
          throw new IllegalArgumentException("vertex " + v + " has the input " + input);
        }
      }
    }
    for (int v = 0; v < vertices.size() - 1; v++) {
      if (readers(vertices, v).isEmpty()) {
        throw new IllegalArgumentException("nobody reads vertex " + v);
      }
    }
  }

  /** One with a loss of examples. */
  public NetworkSpec(List<Vertex> vertices, Loss loss) {
    this(vertices, loss, false);
  }

  /**
   * Refuses an input whose pixels or time steps come in another order than the first layers read.
   *
   * @throws gradwire.error.UsageException if it does
   */
  public void requireInputInOrder(Shape input) {
    for (Vertex vertex : vertices) {
      boolean readsAnyOrder =
          vertex.layer() instanceof ChannelsLast || vertex.layer() instanceof Embedding;
      Misfit.unless(
          readsAnyOrder || input.pixels() == 1 || !vertex.inputs().contains(INPUT),
          "features of the first layer",
          "[batch, features]",
          input);
    }
  }

  /** Who reads a vertex's value, in order; as often as it does. */
  List<Integer> readers(int vertex) {
    return readers(vertices, vertex);
  }

  private static List<Integer> readers(List<Vertex> vertices, int vertex) {
    List<Integer> readers = new ArrayList<>();
    for (int v = vertex + 1; v < vertices.size(); v++) {
      for (int input : vertices.get(v).inputs()) {
        if (input == vertex) {
          readers.add(v);
        }
      }
    }
    return readers;
  }

  /** The shape of every vertex's value, for examples of shape {@code input}. */
  public List<Shape> shapes(Shape input) {
    List<Shape> shapes = new ArrayList<>();
    for (Vertex vertex : vertices) {
      shapes.add(vertex.layer().output(inputsOf(vertex, shapes, input)));
    }
    return shapes;
  }

  /** What a vertex reads, of what all before it made. */
  public static <T> List<T> inputsOf(Vertex vertex, List<T> made, T input) {
    return vertex.inputs().stream().map(v -> v == INPUT ? input : made.get(v)).toList();
  }
}
