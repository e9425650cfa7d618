package gradwire.config;

import gradwire.config.yaml.Place;
import gradwire.config.yaml.Problems;
import gradwire.config.yaml.Tree;
import gradwire.config.yaml.YamlText;
import java.util.List;
import java.util.Map;

/** Puts {@code --set KEY=VALUE} into a tree before anything is checked; parents are created. */
final class Overrides {
  private Overrides() {}

  /** The tree with each set applied in turn; a set that can't be read becomes a problem. */
  static Tree.Mapping apply(Tree.Mapping root, List<String> sets, Problems problems) {
    Tree.Mapping changed = root;
    for (String set : sets) {
      changed = apply(changed, set, problems);
    }
    return changed;
  }

  private static Tree.Mapping apply(Tree.Mapping root, String set, Problems problems) {
    int equals = set.indexOf('=');
    String key = equals < 0 ? set : set.substring(0, equals);
    Place place = Place.ofSet(key);
    List<String> names = List.of(key.split("\\.", -1));
    if (equals < 0 || names.contains("")) {
      problems.add(
          place, "", "expected KEY=VALUE, got \"" + set + "\"; try --set estimator.worker_count=4");
      return root;
    }
    return YamlText.parseValue(place, key, set.substring(equals + 1), problems)
        .map(value -> put(root, names, new Tree.Entry(place, value)))
        .orElse(root);
  }

  private static Tree.Mapping put(Tree.Mapping map, List<String> names, Tree.Entry leaf) {
    String name = names.getFirst();
    if (names.size() == 1) {
      return withoutSynonyms(map, name).with(name, leaf);
    }
    Tree.Mapping child =
        map.get(name).orElse(null) instanceof Tree.Mapping mapping
            ? mapping
            : new Tree.Mapping(map.keyOf(name), leaf.place(), Map.of());
    Tree.Mapping changed = put(child, names.subList(1, names.size()), leaf);
    Tree.Entry old = map.entries().get(name);
    return map.with(name, new Tree.Entry(old == null ? leaf.place() : old.place(), changed));
  }

  /** An override wins over the file also where the file used the other of two names. */
  private static Tree.Mapping withoutSynonyms(Tree.Mapping map, String name) {
    Tree.Mapping changed = map;
    for (String other : map.entries().keySet()) {
      if (!other.equals(name) && meaning(map.key(), other).equals(meaning(map.key(), name))) {
        changed = changed.without(other);
      }
    }
    return changed;
  }

  private static String meaning(String parent, String name) {
    return switch (parent) {
      case "estimator.script_params" -> ScriptParams.canonical(name);
      case "estimator" ->
          switch (name) {
            case "ps_count" -> "parameter_server_count";
            case "entry_script" -> "entry_class";
            default -> name;
          };
      default -> name;
    };
  }
}
