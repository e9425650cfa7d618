package gradwire.chaos;

import gradwire.cluster.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A run got over a kill.
 *
 * @param victim who was killed
 * @param seconds from the kill until all workers took steps again
 */
public record Recovery(Victim victim, double seconds) {
  /** A line for each kind of victim: how many, and how long they took. */
  public static List<String> summary(List<Recovery> recoveries) {
    SortedMap<String, List<Double>> byKind =
        recoveries.stream()
            .collect(
                Collectors.groupingBy(
                    Recovery::kind,
                    TreeMap::new,
                    Collectors.mapping(Recovery::seconds, Collectors.toList())));
    List<String> lines = new ArrayList<>();
    byKind.forEach((kind, seconds) -> lines.add(line(kind, seconds)));
    return lines;
  }

  private String kind() {
    return switch (victim) {
      case Victim.Task(var task) -> task.role() == Role.PS ? "servers" : "workers";
      case Victim.Launcher() -> "launcher";
      case Victim.Machine() -> "machine";
    };
  }

  private static String line(String kind, List<Double> seconds) {
    double[] sorted = seconds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return String.format(
        Locale.ROOT,
        "%-8s  %d killed; steps again after %.2f s (median), %.2f to %.2f s",
        kind,
        sorted.length,
        median(sorted),
        Arrays.stream(sorted).min().orElseThrow(),
        Arrays.stream(sorted).max().orElseThrow());
  }

  private static double median(double[] sorted) {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
