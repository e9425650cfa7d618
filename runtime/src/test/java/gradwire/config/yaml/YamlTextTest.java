package gradwire.config.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import gradwire.error.UsageException;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class YamlTextTest {
  static Stream<Arguments> refusals() {
    String layers =
        "a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
            + "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
            + "e: &e [*d,*d,*d,*d,*d]\nf: [*e,*e,*e]\n";
    return Stream.of(
        Arguments.of("", "f: expected a job, got no content; write a map of keys"),
        Arguments.of(
            "# only a comment\n", "f: expected a job, got no content; write a map of keys"),
        Arguments.of("- a", "f:1:1: expected a job (a map), got a list; write KEY: VALUE lines"),
        Arguments.of("word", "f:1:1: expected a job (a map), got \"word\"; write KEY: VALUE lines"),
        Arguments.of(
            "a: 1\na: 2\nb: {c: 1, c: 2}",
            "f:2:1: a: duplicate key, first given at f:1:1; remove one\n"
                + "f:3:11: b.c: duplicate key, first given at f:3:5; remove one"),
        Arguments.of(
            "a: b: c",
            "f:1:5: expected well-formed YAML or JSON, got: mapping values are not allowed here; "
                + "correct the text there"),
        Arguments.of(
            "a: 1\n---\nb: 2",
            "f:2:1: expected well-formed YAML or JSON, got: expected a single document in the stream, "
                + "but found another document; correct the text there"),
        Arguments.of(
            "a: *nobody",
            "f:1:4: expected well-formed YAML or JSON, got: found undefined alias nobody; "
                + "correct the text there"),
        Arguments.of(
            "a: !!java.net.URL [\"http://x\"]\nb: !mine {c: 1}\nc: !!javax.Any x",
            "f:1:4: a: expected plain YAML, got the tag tag:yaml.org,2002:java.net.URL; "
                + "remove the tag\n"
                + "f:2:4: b: expected plain YAML, got the tag !mine; remove the tag\n"
                + "f:3:4: c: expected plain YAML, got the tag tag:yaml.org,2002:javax.Any; "
                + "remove the tag"),
        Arguments.of(
            "a: " + "[".repeat(70) + "]".repeat(70),
            "f:1:67: expected at most 64 levels; remove the nesting"),
        Arguments.of(
            "a: " + "[".repeat(200_000), "f:1:67: expected at most 64 levels; remove the nesting"),
        Arguments.of("a: &a [*a]", "f:1:4: expected at most 64 levels; remove the nesting"),
        Arguments.of(
            layers,
            "f:1:20: expected at most 100000 values, aliases expanded; " + "remove aliases"),
        Arguments.of(
            "? [a]\n: 1", "f:1:3: expected a plain word as key, got a list or map; name it"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void whatCannotBeReadIsRefusedAtItsPlace(String text, String message) {
    Problems problems = new Problems();
    YamlText.parseMap("f", "a job", text, problems);

    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(problems::throwIfAny)
        .withMessage(message);
  }

  @Test
  void everyValueKnowsItsKeyAndItsPlace() {
    Tree.Mapping root = parse("a:\n  b: [x, {c: 1}]\n");

    assertThat(root.get("a").orElseThrow().place()).isEqualTo(new Place("f", 2, 3));
    Tree.Sequence list =
        (Tree.Sequence) ((Tree.Mapping) root.get("a").orElseThrow()).get("b").orElseThrow();
    Tree c = ((Tree.Mapping) list.items().get(1)).get("c").orElseThrow();
    assertThat(c.key()).isEqualTo("a.b[1].c");
    assertThat(c.place().text()).isEqualTo("f:2:14");
  }

  @Test
  void aliasesAndMergesAreExpanded() {
    Tree.Mapping root = parse("a: &x {n: 1}\nb: *x\nc: {<<: *x, m: 2}\n");

    assertThat(((Tree.Mapping) root.get("b").orElseThrow()).get("n")).isPresent();
    assertThat(((Tree.Mapping) root.get("c").orElseThrow()).entries().keySet())
        .containsExactlyInAnyOrder("n", "m");
  }

  static Stream<Arguments> numbers() {
    return Stream.of(
        Arguments.of("010", OptionalLong.of(10), OptionalDouble.of(10)),
        Arguments.of("-0", OptionalLong.of(0), OptionalDouble.of(0)),
        Arguments.of("0x1F", OptionalLong.of(31), OptionalDouble.of(31)),
        Arguments.of("0o17", OptionalLong.of(15), OptionalDouble.of(15)),
        Arguments.of("+5", OptionalLong.of(5), OptionalDouble.of(5)),
        Arguments.of("1e3", OptionalLong.empty(), OptionalDouble.of(1000)),
        Arguments.of(".5", OptionalLong.empty(), OptionalDouble.of(0.5)),
        Arguments.of("99999999999999999999", OptionalLong.empty(), OptionalDouble.of(1e20)),
        Arguments.of("1e999", OptionalLong.empty(), OptionalDouble.empty()),
        Arguments.of(".nan", OptionalLong.empty(), OptionalDouble.empty()),
        Arguments.of("!!int x", OptionalLong.empty(), OptionalDouble.empty()),
        Arguments.of("'5'", OptionalLong.empty(), OptionalDouble.empty()),
        Arguments.of("1_000", OptionalLong.empty(), OptionalDouble.empty()),
        Arguments.of("true", OptionalLong.empty(), OptionalDouble.empty()));
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void numbersAreReadAsYamlsCoreSchemaSays(String text, OptionalLong whole, OptionalDouble real) {
    Tree.Scalar scalar = (Tree.Scalar) parse("a: " + text).get("a").orElseThrow();

    assertThat(scalar.wholeNumber()).isEqualTo(whole);
    assertThat(scalar.number()).isEqualTo(real);
  }

  private static Tree.Mapping parse(String text) {
    Problems problems = new Problems();
    Optional<Tree.Mapping> root = YamlText.parseMap("f", "a job", text, problems);
    problems.throwIfAny();
    return root.orElseThrow();
  }
}
