package gradwire.config.yaml;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Turns YAML nodes into a {@link Tree}. Tags construct nothing: one beyond YAML's own is a problem.
 * Aliases are expanded up to a bound on the number of values and on depth. For one document.
 */
final class TreeBuilder {
  private static final int MAX_VALUES = 100_000;
  private static final int MAX_DEPTH = 64;
  private static final Map<Tag, Tree.Kind> KINDS =
      Map.of(
          Tag.STR, Tree.Kind.TEXT,
          Tag.INT, Tree.Kind.WHOLE_NUMBER,
          Tag.FLOAT, Tree.Kind.NUMBER,
          Tag.BOOL, Tree.Kind.FLAG,
          Tag.NULL, Tree.Kind.NOTHING);

  private final Function<Optional<Mark>, Place> places;
  private final Problems problems;
  private int numValues;

  TreeBuilder(Function<Optional<Mark>, Place> places, Problems problems) {
    this.places = places;
    this.problems = problems;
  }

  Tree build(String key, Node node) {
    return build(key, node, 0);
  }

  private Tree build(String key, Node node, int depth) {
    Place place = places.apply(node.getStartMark());
    if (!bounded(place, depth)) {
      return new Tree.Scalar(key, place, Tree.Kind.NOTHING, "");
    }
    return switch (node) {
      case ScalarNode scalar -> scalar(key, place, scalar);
      case SequenceNode sequence -> sequence(key, place, sequence, depth);
      case MappingNode mapping -> mapping(key, place, mapping, depth);
      default -> throw new IllegalStateException("unresolved YAML node at " + place.text());
    };
  }

  private boolean bounded(Place place, int depth) {
    numValues++;
    if (numValues == MAX_VALUES) {
      problems.add(
          place,
          "",
          "expected at most " + MAX_VALUES + " values, aliases expanded; remove aliases");
    }
    if (depth == MAX_DEPTH) {
      problems.add(place, "", "expected at most " + MAX_DEPTH + " levels; remove the nesting");
    }
    return numValues < MAX_VALUES && depth < MAX_DEPTH;
  }

  private Tree scalar(String key, Place place, ScalarNode node) {
    Tree.Kind kind = KINDS.get(node.getTag());
    if (kind == null) {
      refuseTag(key, place, node.getTag());
      return new Tree.Scalar(key, place, Tree.Kind.TEXT, node.getValue());
    }
    return new Tree.Scalar(key, place, kind, node.getValue());
  }

  private Tree sequence(String key, Place place, SequenceNode node, int depth) {
    acceptTag(key, place, node, Tag.SEQ);
    List<Tree> items = new ArrayList<>();
    for (Node item : node.getValue()) {
      items.add(build(key + "[" + items.size() + "]", item, depth + 1));
    }
    return new Tree.Sequence(key, place, items);
  }

  private Tree mapping(String key, Place place, MappingNode node, int depth) {
    acceptTag(key, place, node, Tag.MAP);
    Tree.Mapping empty = new Tree.Mapping(key, place, Map.of());
    Map<String, Tree.Entry> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : node.getValue()) {
      Place keyPlace = places.apply(tuple.getKeyNode().getStartMark());
      if (tuple.getKeyNode() instanceof ScalarNode name) {
        String dotted = empty.keyOf(name.getValue());
        Tree value = build(dotted, tuple.getValueNode(), depth + 1);
        put(entries, dotted, name.getValue(), new Tree.Entry(keyPlace, value));
      } else {
        problems.add(keyPlace, key, "expected a plain word as key, got a list or map; name it");
      }
    }
    return new Tree.Mapping(key, place, entries);
  }

  private void put(Map<String, Tree.Entry> entries, String dotted, String name, Tree.Entry entry) {
    Tree.Entry first = entries.putIfAbsent(name, entry);
    if (first != null) {
      problems.add(
          entry.place(),
          dotted,
          "duplicate key, first given at " + first.place().text() + "; remove one");
    }
  }

  private void acceptTag(String key, Place place, Node node, Tag plain) {
    if (!node.getTag().equals(plain)) {
      refuseTag(key, place, node.getTag());
    }
  }

  private void refuseTag(String key, Place place, Tag tag) {
    problems.add(
        place, key, "expected plain YAML, got the tag " + tag.getValue() + "; remove the tag");
  }
}
