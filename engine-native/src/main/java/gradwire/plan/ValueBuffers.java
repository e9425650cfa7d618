package gradwire.plan;

import gradwire.kernels.cpu.DirectConvolution;
import java.util.ArrayList;
import java.util.List;

/**
 * The buffers of all vertices' values and gradients. Moment {@code v} is the forward pass of vertex
 * {@code v}, moment {@code 2 * count - v} its backward pass, and {@code count} the loss. A value
 * that is read more than once has a gradient for each time, to be summed. Immutable.
 */
public final class ValueBuffers {
  private final List<Shape> shapes;
  private final List<Integer> data = new ArrayList<>();

  /** By vertex, then by use: nothing where nobody needs it. */
  private final List<List<Integer>> gradients = new ArrayList<>();

  public ValueBuffers(NetworkSpec network, Plan.Use use, List<Shape> shapes, MemoryPlan memory) {
    this.shapes = shapes;
    int count = shapes.size();
    boolean[] needed = needed(network);
    for (int v = 0; v < count; v++) {
      long numFloats =
          (long) use.batchSize() * shapes.get(v).numFloats() + DirectConvolution.SLACK_FLOATS;
      List<Integer> readers = v == count - 1 ? List.of(count) : network.readers(v);
      int end = use.training() ? 2 * count - v : readers.getLast();
      data.add(memory.reserve(numFloats, v, end));
      List<Integer> ofUses = new ArrayList<>();
      if (use.training() && needed[v]) {
        for (int reader : readers) {
          ofUses.add(memory.reserve(numFloats, 2 * count - reader, 2 * count - v));
        }
      }
      gradients.add(ofUses);
    }
  }

  /** Vertices with parameters at or before them: nobody needs the gradient of others. */
  private static boolean[] needed(NetworkSpec network) {
    boolean[] needed = new boolean[network.vertices().size()];
    for (int v = 0; v < needed.length; v++) {
      Vertex vertex = network.vertices().get(v);
      needed[v] = !vertex.parameters().isEmpty();
      for (int input : vertex.inputs()) {
        needed[v] |= input != NetworkSpec.INPUT && needed[input];
      }
    }
    needed[needed.length - 1] = true;
    return needed;
  }

  /**
   * A vertex's value, once for each time that it is read, in the order of its readers.
   *
   * @param buffers as the plan of memory numbers them
   */
  public <M> List<Value<M>> values(int vertex, List<M> buffers) {
    M values = buffers.get(data.get(vertex));
    Shape shape = shapes.get(vertex);
    return gradients.get(vertex).isEmpty()
        ? List.of(new Value<>(shape, values, null))
        : gradients.get(vertex).stream()
            .map(gradient -> new Value<>(shape, values, buffers.get(gradient)))
            .toList();
  }
}
