package gradwire.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** What a user may have meant who mistyped one of a few known words. */
public final class NearestWord {
  /** More slips than this and the guess would puzzle. */
  private static final int MAX_SLIPS = 2;

  private NearestWord() {}

  /** Empty if no word is within two slips: a letter missing, added, wrong, or two swapped. */
  public static Optional<String> to(String typed, Collection<String> words) {
    return words.stream()
        .filter(word -> slips(typed, word) <= Math.min(MAX_SLIPS, word.length() / 2))
        .min(Comparator.comparingInt(word -> slips(typed, word)));
  }

  /** Optimal string alignment distance (Damerau's edits, no substring edited twice). */
  private static int slips(String from, String to) {
    int[][] distance = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        distance[i][j] = i == 0 || j == 0 ? i + j : best(distance, from, to, i, j);
      }
    }
    return distance[from.length()][to.length()];
  }

  private static int best(int[][] distance, String from, String to, int i, int j) {
    int wrong = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
    int best = Math.min(distance[i - 1][j] + 1, distance[i][j - 1] + 1);
    best = Math.min(best, distance[i - 1][j - 1] + wrong);
    boolean isSwapped =
        i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1);
    return isSwapped ? Math.min(best, distance[i - 2][j - 2] + 1) : best;
  }
}
