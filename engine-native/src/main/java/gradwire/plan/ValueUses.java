package gradwire.plan;

import java.util.List;

/** Hands out values to their readers, in the readers' order. One use. */
final class ValueUses {
  private final Value input;
  private final List<List<Value>> values;
  private final int[] numTaken;

  /**
   * @param input the network's
   * @param values by vertex, once for each time that it is read; or once, where all may share it
   */
  ValueUses(Value input, List<List<Value>> values) {
    this.input = input;
    this.values = values;
    this.numTaken = new int[values.size()];
  }

  /** The value of a vertex as its next reader sees it. */
  Value next(int vertex) {
    if (vertex == NetworkSpec.INPUT) {
      return input;
    }
    List<Value> uses = values.get(vertex);
    Value next = uses.get(Math.min(numTaken[vertex], uses.size() - 1));
    numTaken[vertex]++;
    return next;
  }
}
