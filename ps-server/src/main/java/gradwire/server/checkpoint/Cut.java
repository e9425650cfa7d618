package gradwire.server.checkpoint;

import gradwire.error.GradwireException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/**
 * Which pushes a checkpoint of several servers holds where no step is common to them: of each
 * replica all up to one. Immutable.
 *
 * @param until by replica, the sequence of its last push that is in it
 */
public record Cut(List<Long> until) {
  public Cut {
    until = List.copyOf(until);
  }

  /**
   * The same, but no replica further behind another than pushes ever are: who is restored from it
   * must be able to go on.
   *
   * @param left says of a replica that it pushes no more
   */
  public Cut within(long maxLagSteps, IntPredicate left) {
    long most = until.stream().mapToLong(Long::longValue).max().orElse(0);
    List<Long> closer = new ArrayList<>();
    for (int replica = 0; replica < until.size(); replica++) {
      long wanted = until.get(replica);
      closer.add(left.test(replica) ? wanted : Math.max(wanted, most - maxLagSteps));
    }
    return new Cut(closer);
  }

  String text() {
    return until.stream().map(String::valueOf).collect(Collectors.joining(" ", "cut ", "\n"));
  }

  /** Reads what {@link #text} made. */
  static Cut parse(String text) {
    try {
      return new Cut(Arrays.stream(text.strip().split(" ")).skip(1).map(Long::valueOf).toList());
    } catch (NumberFormatException e) {
      throw new GradwireException("expected 'cut' and numbers, got '" + text + "'", e);
    }
  }
}
