package gradwire.run;

import java.util.List;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a worker's report says of one replica.
 *
 * @param turn the n-th owner's, from 0
 * @param acknowledged pushes of all owners up to this one that the servers said are in the weights
 */
record ReplicaReport(int replica, double turn, double acknowledged) {
  private static final Pattern TURN = Pattern.compile("replica\\.(\\d+)\\." + TaskReport.TURN);

  static List<ReplicaReport> all(TaskReport report) {
    SortedMap<String, Double> counters = report.counters();
    return counters.keySet().stream()
        .map(TURN::matcher)
        .filter(Matcher::matches)
        .map(matcher -> of(Integer.parseInt(matcher.group(1)), counters))
        .toList();
  }

  private static ReplicaReport of(int replica, SortedMap<String, Double> counters) {
    return new ReplicaReport(
        replica,
        counters.getOrDefault(TaskReport.perReplica(replica, TaskReport.TURN), 0.0),
        counters.getOrDefault(
            TaskReport.perReplica(replica, TaskReport.UPDATES_ACKNOWLEDGED), 0.0));
  }
}
