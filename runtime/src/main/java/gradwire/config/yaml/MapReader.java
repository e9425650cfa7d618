package gradwire.config.yaml;

import gradwire.error.NearestWord;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads one map, key by key. A key that is asked for is thereby known; {@link #finish} reports the
 * others. What is wrong is noted and the fallback returned, so that reading goes on. For one
 * thread.
 */
public final class MapReader {
  private final Tree.Mapping map;
  private final Problems problems;
  private final Set<String> known = new LinkedHashSet<>();

  public MapReader(Tree.Mapping map, Problems problems) {
    this.map = map;
    this.problems = problems;
  }

  public Tree.Mapping map() {
    return map;
  }

  /** The value as it stands; the key is known from here on. */
  public Optional<Tree> find(String name) {
    known.add(name);
    return map.get(name);
  }

  /** The value, where {@code null} means the same as no key. */
  public Optional<Tree> findSet(String name) {
    return find(name).filter(tree -> !isNothing(tree));
  }

  /** A map in this map; absent and {@code null} read as an empty one. */
  public MapReader section(String name) {
    Tree.Mapping empty = new Tree.Mapping(map.keyOf(name), map.place(), Map.of());
    return new MapReader(findSet(name).map(tree -> asMap(tree, empty)).orElse(empty), problems);
  }

  /** A single value's text, whatever YAML takes it for. */
  public Optional<String> text(String name, String expected, String remedy) {
    Optional<Tree> found = find(name);
    if (found.isPresent() && found.get() instanceof Tree.Scalar scalar && !isNothing(scalar)) {
      return Optional.of(scalar.text());
    }
    found.ifPresent(tree -> problems.wrong(tree, expected, remedy));
    return Optional.empty();
  }

  /** A whole number from {@code min} to {@code max}. */
  public long wholeNumber(String name, long min, long max, long fallback) {
    Optional<Tree> found = find(name);
    if (found.isEmpty()) {
      return fallback;
    }
    OptionalLong value = wholeNumber(found.get());
    if (value.isPresent() && value.getAsLong() >= min && value.getAsLong() <= max) {
      return value.getAsLong();
    }
    boolean tooBig = value.isPresent() ? value.getAsLong() > max : hasDigitsOnly(found.get());
    problems.wrong(
        found.get(), wholeNumberFrom(min, max, tooBig), "try " + example(min, max, fallback));
    return fallback;
  }

  /** A count: a whole number of at least {@code min} that fits 32 bits. */
  public int count(String name, int min, int fallback) {
    return (int) wholeNumber(name, min, Integer.MAX_VALUE, fallback);
  }

  /** True or false. */
  public boolean flag(String name, boolean fallback) {
    Optional<Tree> found = find(name);
    if (found.isEmpty()) {
      return fallback;
    }
    Optional<Boolean> value =
        found.get() instanceof Tree.Scalar scalar ? scalar.flag() : Optional.empty();
    if (value.isEmpty()) {
      problems.wrong(found.get(), "true or false", "try " + fallback);
    }
    return value.orElse(fallback);
  }

  /** Notes that a key which must be there is not. */
  public void missing(String name, String expected, String remedy) {
    problems.add(map.place(), map.keyOf(name), "missing, expected " + expected + "; " + remedy);
  }

  /** Notes that the value of {@code name} is wrong; says nothing if the key is absent. */
  public void wrong(String name, String expected, String remedy) {
    find(name).ifPresent(tree -> problems.wrong(tree, expected, remedy));
  }

  /** Where the problems of this reader go. */
  public Problems problems() {
    return problems;
  }

  /** Reports every key that was never asked for, with the nearest known one. */
  public void finish() {
    map.entries().forEach(this::refuseUnknown);
  }

  private void refuseUnknown(String name, Tree.Entry entry) {
    if (!known.contains(name)) {
      String otherwise = known.isEmpty() ? "remove it" : "known keys: " + String.join(", ", known);
      String remedy = NearestWord.remedy(name, known, otherwise);
      problems.add(entry.place(), map.keyOf(name), "unknown key; " + remedy);
    }
  }

  private Tree.Mapping asMap(Tree tree, Tree.Mapping empty) {
    if (tree instanceof Tree.Mapping mapping) {
      return mapping;
    }
    problems.wrong(tree, "a map", "write its keys below it");
    return empty;
  }

  private static OptionalLong wholeNumber(Tree tree) {
    return tree instanceof Tree.Scalar scalar ? scalar.wholeNumber() : OptionalLong.empty();
  }

  private static boolean hasDigitsOnly(Tree tree) {
    return tree instanceof Tree.Scalar scalar && scalar.kind() == Tree.Kind.WHOLE_NUMBER;
  }

  private static String wholeNumberFrom(long min, long max, boolean tooBig) {
    if (min == Long.MIN_VALUE) {
      return "a whole number of at most 64 bits";
    }
    boolean bounded = max != Integer.MAX_VALUE && max != Long.MAX_VALUE;
    return tooBig || bounded
        ? "a whole number from " + min + " to " + max
        : "a whole number of at least " + min;
  }

  private static long example(long min, long max, long fallback) {
    return Math.min(max, Math.max(Math.max(min, fallback), min == 1 ? 2 : min));
  }

  private static boolean isNothing(Tree tree) {
    return tree instanceof Tree.Scalar scalar && scalar.kind() == Tree.Kind.NOTHING;
  }
}
