package gradwire.update;

import gradwire.error.Expect;
import java.util.Comparator;
import java.util.List;

/** How an unknown name is reported: with all that is known, and the nearest of it. */
final class KnownNames {
  private KnownNames() {}

  /**
   * The message.
   *
   * @param whose stands before the known names, e.g. {@code "adam's "}; may be empty
   * @param known at least one name
   */
  static String unknown(String where, String whose, List<String> known, String got) {
    return Expect.message(
        where, "one of " + whose + String.join(", ", known), got, remedy(known, got));
  }

  private static String remedy(List<String> known, String got) {
    String nearest =
        known.stream().min(Comparator.comparingInt(name -> distance(name, got))).orElseThrow();
    return distance(nearest, got) <= Math.max(nearest.length(), got.length()) / 2
        ? "did you mean " + nearest + "?"
        : "use one of these";
  }

  /** Levenshtein's edit distance, in characters. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    java.util.Arrays.setAll(row, j -> j);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j - 1], diagonal));
      }
    }
    return row[b.length()];
  }
}
