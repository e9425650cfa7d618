package gradwire.error;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** What a user may have meant who mistyped one of a few known words. */
public final class NearestWord {
  /** Nobody mistypes longer ones, and the search is quadratic. */
  private static final int MAX_CHARS = 64;

  private NearestWord() {}

  /**
   * The known word with the fewest slips, of equals the first of the alphabet; empty if even that
   * one has more than a third of its letters wrong, for then the guess would puzzle.
   */
  public static Optional<String> to(String typed, Collection<String> known) {
    return known.stream()
        .filter(word -> longer(typed, word) <= MAX_CHARS)
        .min(
            Comparator.comparingInt((String word) -> slips(typed, word))
                .thenComparing(Comparator.naturalOrder()))
        .filter(word -> slips(typed, word) <= Math.max(1, longer(typed, word) / 3));
  }

  /** What to do next: {@code did you mean x?} or, with nothing near, {@code otherwise}. */
  public static String remedy(String typed, Collection<String> known, String otherwise) {
    return to(typed, known).map(word -> "did you mean " + word + "?").orElse(otherwise);
  }

  private static int longer(String typed, String word) {
    return Math.max(typed.length(), word.length());
  }

  /**
   * Letters missing, added or wrong, and neighbours swapped, each 1 (optimal string alignment:
   * Damerau's edits, no substring edited twice).
   */
  static int slips(String typed, String word) {
    int[][] slips = new int[typed.length() + 1][word.length() + 1];
    for (int i = 0; i <= typed.length(); i++) {
      for (int j = 0; j <= word.length(); j++) {
        slips[i][j] = Math.min(i, j) == 0 ? Math.max(i, j) : fewest(slips, typed, i, word, j);
      }
    }
    return slips[typed.length()][word.length()];
  }

  private static int fewest(int[][] slips, String typed, int i, String word, int j) {
    boolean same = typed.charAt(i - 1) == word.charAt(j - 1);
    int wrong = slips[i - 1][j - 1] + (same ? 0 : 1);
    int fewest = Math.min(wrong, 1 + Math.min(slips[i - 1][j], slips[i][j - 1]));
    boolean swapped =
        i > 1
            && j > 1
            && typed.charAt(i - 1) == word.charAt(j - 2)
            && typed.charAt(i - 2) == word.charAt(j - 1);
    return swapped ? Math.min(fewest, slips[i - 2][j - 2] + 1) : fewest;
  }
}
