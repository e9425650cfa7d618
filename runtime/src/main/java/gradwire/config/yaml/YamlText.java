package gradwire.config.yaml;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Parses text of one YAML or JSON document; what is malformed becomes a problem with its place. */
public final class YamlText {
  private static final int MAX_DEPTH = 64;
  private static final int MAX_ALIASES = 50;

  private YamlText() {}

  /**
   * Parses a document that must be a map.
   *
   * @param name what the text is called in messages: a path or a variable
   * @param purpose what the map describes, e.g. {@code a job description}
   * @return empty if a problem was noted
   */
  public static Optional<Tree.Mapping> parseMap(
      String name, String purpose, String text, Problems problems) {
    Function<Optional<Mark>, Place> places = mark -> at(name, mark);
    Optional<Tree> root = parse("", text, places, problems);
    if (root.isEmpty()) {
      return Optional.empty();
    }
    return switch (root.get()) {
      case Tree.Mapping mapping -> Optional.of(mapping);
      case Tree.Scalar scalar when scalar.kind() == Tree.Kind.NOTHING -> {
        problems.add(
            Place.of(name), "", "expected " + purpose + ", got no content; write a map of keys");
        yield Optional.empty();
      }
      case Tree.Scalar other -> notAMap(other, purpose, problems);
      case Tree.Sequence other -> notAMap(other, purpose, problems);
    };
  }

  /** Parses the value of a {@code KEY=VALUE}; every part of it has the one place. */
  public static Optional<Tree> parseValue(Place place, String key, String text, Problems problems) {
    return parse(key, text, mark -> place, problems);
  }

  private static Optional<Tree.Mapping> notAMap(Tree tree, String purpose, Problems problems) {
    problems.wrong(tree, purpose + " (a map)", "write KEY: VALUE lines");
    return Optional.empty();
  }

  private static Optional<Tree> parse(
      String key, String text, Function<Optional<Mark>, Place> places, Problems problems) {
    try {
      if (tooDeep(text, places, problems)) {
        return Optional.empty();
      }
      Optional<Node> node = new Compose(settings()).composeString(text);
      TreeBuilder builder = new TreeBuilder(places, problems);
      Tree nothing = new Tree.Scalar(key, places.apply(Optional.empty()), Tree.Kind.NOTHING, "");
      return Optional.of(node.map(n -> builder.build(key, n)).orElse(nothing));
    } catch (MarkedYamlEngineException malformed) {
      problems.add(places.apply(malformed.getProblemMark()), "", malformed(reason(malformed)));
    } catch (YamlEngineException malformed) {
      problems.add(places.apply(Optional.empty()), "", malformed(malformed.toString()));
    }
    return Optional.empty();
  }

  /** Composing recurses, so nesting is counted first, on the flat stream of events. */
  private static boolean tooDeep(
      String text, Function<Optional<Mark>, Place> places, Problems problems) {
    int depth = 0;
    for (Event event : new Parse(settings()).parseString(text)) {
      if (event instanceof CollectionStartEvent && ++depth > MAX_DEPTH) {
        problems.add(
            places.apply(event.getStartMark()),
            "",
            "expected at most " + MAX_DEPTH + " levels; remove the nesting");
        return true;
      }
      if (event instanceof CollectionEndEvent) {
        depth--;
      }
    }
    return false;
  }

  private static String malformed(String reason) {
    return "expected well-formed YAML or JSON, got: " + reason + "; correct the text there";
  }

  private static String reason(MarkedYamlEngineException malformed) {
    List<String> parts = new ArrayList<>();
    if (malformed.getContext() != null && !malformed.getContext().isBlank()) {
      parts.add(malformed.getContext());
    }
    parts.add(malformed.getProblem());
    return String.join(", ", parts);
  }

  private static Place at(String name, Optional<Mark> mark) {
    return mark.map(m -> new Place(name, m.getLine() + 1, m.getColumn() + 1))
        .orElse(Place.of(name));
  }

  private static LoadSettings settings() {
    return LoadSettings.builder()
        .setSchema(new CoreSchema())
        .setAllowDuplicateKeys(true)
        .setAllowNonScalarKeys(true)
        .setMaxAliasesForCollections(MAX_ALIASES)
        .build();
  }
}
