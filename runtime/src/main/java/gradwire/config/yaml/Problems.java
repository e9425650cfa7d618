package gradwire.config.yaml;

import gradwire.error.UsageException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Collects what is wrong, so that a person reads it all at once. For one thread. */
public final class Problems {
  private record Problem(Place place, String text) {}

  private final List<Problem> found = new ArrayList<>();

  /**
   * Notes a problem.
   *
   * @param key dotted; empty where the place says it all
   * @param what e.g. {@code unknown key; did you mean worker_count?}
   */
  public void add(Place place, String key, String what) {
    boolean named = key.isEmpty() || place.equals(Place.ofSet(key));
    found.add(new Problem(place, place.text() + (named ? "" : ": " + key) + ": " + what));
  }

  /** Notes that {@code tree} is not what it should be. */
  public void wrong(Tree tree, String expected, String remedy) {
    add(tree.place(), tree.key(), "expected " + expected + ", got " + tree.shown() + "; " + remedy);
  }

  /**
   * Notes what a value's own type refused; its message is expected to begin with the value's key.
   */
  public void refused(Tree tree, UsageException refusal) {
    String message = String.valueOf(refusal.getMessage());
    String named = tree.key() + ": ";
    if (message.startsWith(named)) {
      add(tree.place(), tree.key(), message.substring(named.length()));
    } else {
      add(tree.place(), message.startsWith(tree.key()) ? "" : tree.key(), message);
    }
  }

  /**
   * Refuses if anything was noted.
   *
   * @throws UsageException with one line per problem, in reading order
   */
  public void throwIfAny() {
    if (!found.isEmpty()) {
      throw new UsageException(
          found.stream()
              .sorted(Comparator.comparing(Problem::place))
              .map(Problem::text)
              .distinct()
              .collect(Collectors.joining("\n")));
    }
  }
}
