package gradwire.plan;

import java.util.List;

/**
 * Hands out values to their readers, in the readers' order. One use.
 *
 * @param <M> memory of whatever computes
 */
public final class ValueUses<M> {
  private final Value<M> input;
  private final List<List<Value<M>>> values;
  private final int[] numTaken;

  /**
   * @param input the network's
   * @param values by vertex, once for each time that it is read; or once, where all may share it
   */
  public ValueUses(Value<M> input, List<List<Value<M>>> values) {
    this.input = input;
    this.values = values;
    this.numTaken = new int[values.size()];
  }

  /** The value of a vertex as its next reader sees it. */
  public Value<M> next(int vertex) {
    if (vertex == NetworkSpec.INPUT) {
      return input;
    }
    List<Value<M>> uses = values.get(vertex);
    Value next = uses.get(Math.min(numTaken[vertex], uses.size() - 1));
    numTaken[vertex]++;
    return next;
  }
}
