package gradwire.update;

import gradwire.error.Expect;
import gradwire.error.NearestWord;
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
        where,
        "one of " + whose + String.join(", ", known),
        got,
        NearestWord.remedy(got, known, "use one of these"));
  }
}
