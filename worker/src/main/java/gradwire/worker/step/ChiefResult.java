package gradwire.worker.step;

import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the chief knows at the end, and nobody else.
 *
 * @param metrics of the final weights
 * @param sha256 of the final weights
 * @param reached the evaluation that first reached the job's target, if one did
 */
record ChiefResult(
    SortedMap<String, Double> metrics,
    String sha256,
    Optional<BackgroundEvaluation.Reached> reached) {
  static final ChiefResult NONE = new ChiefResult(new TreeMap<>(), "", Optional.empty());
}
