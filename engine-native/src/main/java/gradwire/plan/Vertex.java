package gradwire.plan;

import java.util.List;

/**
 * A layer in its place. Immutable.
 *
 * @param layer what it computes
 * @param inputs where from: numbers of vertices before it; {@link NetworkSpec#INPUT}: the network's
 *     input
 * @param parameters all of the layer's, as one range: awaited before its forward pass, their
 *     gradient ready after its backward pass
 */
public record Vertex(Layer layer, List<Integer> inputs, Range parameters) {
  public Vertex {
    inputs = List.copyOf(inputs);
  }
}
