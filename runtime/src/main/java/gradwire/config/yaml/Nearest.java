package gradwire.config.yaml;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** The known word that a misspelt one most likely meant. */
public final class Nearest {
  private static final int MAX_CHARS = 64;

  private Nearest() {}

  /** The nearest by edit distance, unless even that one differs in a third of its letters. */
  public static Optional<String> to(String word, Collection<String> known) {
    return known.stream()
        .filter(k -> Math.max(word.length(), k.length()) <= MAX_CHARS)
        .min(Comparator.comparingInt((String k) -> editDistance(word, k)).thenComparing(k -> k))
        .filter(k -> editDistance(word, k) <= Math.max(1, Math.max(word.length(), k.length()) / 3));
  }

  /** {@code ; did you mean x?} or, with nothing near, {@code ; known: x, y}. */
  public static String hint(String word, String knownAre, Collection<String> known) {
    return to(word, known)
        .map(near -> "; did you mean " + near + "?")
        .orElse(
            known.isEmpty() ? "; remove it" : "; " + knownAre + ": " + String.join(", ", known));
  }

  /** Insertions, deletions, replacements and swaps of neighbours, each 1. */
  static int editDistance(String a, String b) {
    int[][] distance = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        distance[i][j] = Math.min(i, j) == 0 ? Math.max(i, j) : step(distance, a, i, b, j);
      }
    }
    return distance[a.length()][b.length()];
  }

  private static int step(int[][] distance, String a, int i, String b, int j) {
    boolean same = a.charAt(i - 1) == b.charAt(j - 1);
    int replaced = distance[i - 1][j - 1] + (same ? 0 : 1);
    int best = Math.min(replaced, 1 + Math.min(distance[i - 1][j], distance[i][j - 1]));
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(best, distance[i - 2][j - 2] + 1) : best;
  }
}
