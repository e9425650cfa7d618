package gradwire.run;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a task has to say of a run that ended well.
 *
 * @param outcome succeeded or stopped
 * @param counters see {@link TaskReport}
 * @param facts see {@link TaskReport}
 */
public record TaskResult(
    Outcome outcome, SortedMap<String, Double> counters, SortedMap<String, String> facts) {
  public TaskResult {
    counters = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(counters));
    facts = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(facts));
  }
}
