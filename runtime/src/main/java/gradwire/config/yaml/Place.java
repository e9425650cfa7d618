package gradwire.config.yaml;

import java.util.Comparator;

/**
 * Where a value was written. Immutable.
 *
 * @param source a file, an environment variable, or {@code --set KEY}
 * @param line from 1; 0 where lines mean nothing
 * @param column from 1; 0 where lines mean nothing
 */
public record Place(String source, int line, int column) implements Comparable<Place> {
  private static final Comparator<Place> READING_ORDER =
      Comparator.comparingInt(Place::line).thenComparingInt(Place::column);

  /** A source as a whole. */
  public static Place of(String source) {
    return new Place(source, 0, 0);
  }

  /** A command line's override of a dotted key. */
  public static Place ofSet(String key) {
    return of("--set " + key);
  }

  /** For instance {@code job.yaml:7:3}. */
  public String text() {
    return line == 0 ? source : source + ":" + line + ":" + column;
  }

  /** By line, then column; sources are not compared. */
  @Override
  public int compareTo(Place other) {
    return READING_ORDER.compare(this, other);
  }
}
