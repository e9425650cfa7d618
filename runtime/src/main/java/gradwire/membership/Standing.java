package gradwire.membership;

import java.util.Optional;

/**
 * The answer to a worker's sign of life. Immutable.
 *
 * @param known whether the coordinator knows this process; if not it must join again
 * @param assignment empty: still the one that the worker has
 * @param finished whether no replica has anything left to do
 */
public record Standing(boolean known, Optional<Assignment> assignment, boolean finished) {
  /** Of a process that must join first. */
  public static final Standing UNKNOWN = new Standing(false, Optional.empty(), false);

  /** Whether there is an assignment, and something to do: who meant to retire must stay. */
  public boolean isGivenMore() {
    return assignment.filter(latest -> !latest.incarnations().isEmpty()).isPresent();
  }
}
