package gradwire.bench;

import gradwire.error.Expect;
import gradwire.error.NearestWord;
import gradwire.error.UsageException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which rows a command line asks for. */
final class Selection {
  private Selection() {}

  /**
   * The rows, in order.
   *
   * @param names of suites; none: all of them
   * @param only a regular expression, looked for in the names of the whole matrix
   * @throws UsageException if a name is unknown or nothing is left
   */
  static List<BenchCase> of(List<String> names, @Nullable String only, boolean isAll) {
    Stream<BenchCase> cases = suites(names).stream().flatMap(suite -> suite.cases().stream());
    if (only == null) {
      return cases.filter(one -> isAll || one.isRepresentative()).toList();
    }
    Pattern pattern = pattern(only);
    List<BenchCase> found = cases.filter(one -> pattern.matcher(one.name()).find()).toList();
    Expect.that(
        !found.isEmpty(),
        "--only",
        "a regular expression that is found in a row's name",
        only,
        "--list --all shows the names");
    return found;
  }

  /**
   * The suites named; none: all of them.
   *
   * @throws UsageException if a name is unknown
   */
  static List<Suite> suites(List<String> names) {
    return names.isEmpty()
        ? Arrays.asList(Suite.values())
        : names.stream().map(Selection::suite).distinct().toList();
  }

  private static Suite suite(String word) {
    return Suite.of(word)
        .orElseThrow(
            () ->
                new UsageException(
                    Expect.message(
                        "NAME",
                        "one of " + String.join(", ", Suite.words()),
                        word,
                        NearestWord.remedy(word, Suite.words(), "use one of these"))));
  }

  private static Pattern pattern(String only) {
    try {
      return Pattern.compile(only);
    } catch (PatternSyntaxException e) {
      throw new UsageException(
          Expect.message(
              "--only", "a regular expression", only, "correct it: " + e.getDescription()),
          e);
    }
  }
}
