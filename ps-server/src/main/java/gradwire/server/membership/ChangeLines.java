package gradwire.server.membership;

import static gradwire.server.membership.MembershipState.NONE;

import gradwire.server.membership.MembershipState.Replica;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What has changed between two states, in words. */
final class ChangeLines {
  private ChangeLines() {}

  /**
   * A replica's way.
   *
   * @param from its owner so far; {@link MembershipState#NONE} if it had none
   */
  record Route(int from, int to) {}

  /**
   * @param why what has led to it
   */
  static List<String> of(
      MembershipState before, MembershipState after, Function<Route, String> why) {
    Map<Route, List<Integer>> moved = new LinkedHashMap<>();
    for (int number = 0; number < after.replicas().size(); number++) {
      Replica old = before.replicas().get(number);
      Replica now = after.replicas().get(number);
      if (old.incarnation() != now.incarnation()) {
        moved
            .computeIfAbsent(new Route(old.owner(), now.owner()), route -> new ArrayList<>())
            .add(number);
      }
    }
    List<String> lines = new ArrayList<>();
    moved.forEach((route, numbers) -> lines.add(why.apply(route) + ": " + text(route, numbers)));
    if (after.isFinished() && !before.isFinished()) {
      lines.add("all replicas are done");
    }
    return lines;
  }

  private static String text(Route route, List<Integer> numbers) {
    String replicas =
        (numbers.size() == 1 ? "replica " : "replicas ")
            + numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
    if (route.from() == NONE) {
      return "worker-" + route.to() + " computes " + replicas;
    }
    return route.from() == route.to()
        ? "worker-" + route.to() + " goes on with " + replicas
        : replicas + " from worker-" + route.from() + " to worker-" + route.to();
  }
}
