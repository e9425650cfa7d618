package gradwire.membership;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The replicas that a worker computes. Immutable.
 *
 * @param version grows with every change; 0 is the first
 * @param incarnations by replica, the number of its present owner's turn; servers turn away whoever
 *     comes with a lower one
 */
public record Assignment(long version, SortedMap<Integer, Integer> incarnations) {
  public Assignment {
    incarnations = Collections.unmodifiableSortedMap(new TreeMap<>(incarnations));
  }

  /** Nothing to do. */
  public static Assignment none(long version) {
    return new Assignment(version, new TreeMap<>());
  }

  /**
   * What worker {@code index} computes where all are at home: every {@code numWorkers}-th replica.
   *
   * @param incarnation of the worker, and so of its replicas' turns
   */
  public static Assignment home(int index, int numWorkers, int numReplicas, int incarnation) {
    SortedMap<Integer, Integer> replicas = new TreeMap<>();
    for (int replica = index; replica < numReplicas; replica += numWorkers) {
      replicas.put(replica, incarnation);
    }
    return new Assignment(0, replicas);
  }

  /** One replica for good. */
  public static Assignment of(int replica, int incarnation) {
    return new Assignment(0, new TreeMap<>(Map.of(replica, incarnation)));
  }
}
