package gradwire.config;

import gradwire.config.yaml.Tree;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Resolves {@code $NAME} and <code>${NAME}</code> in a Batch AI job: from the environment, else
 * from the job's input directories. Immutable.
 */
final class BatchAiVariables {
  private static final Pattern REFERENCE = Pattern.compile("\\$(?:\\{(\\w+)\\}|(\\w+))");

  /** An input directory may stand on a mount, and a mount on nothing else. */
  private static final int MAX_INDIRECTIONS = 3;

  private final Map<String, String> values = new HashMap<>();

  BatchAiVariables(Tree.Mapping body, Map<String, String> environment) {
    if (body.get("inputDirectories").orElse(null) instanceof Tree.Sequence directories) {
      directories.items().forEach(this::addDirectory);
    }
    values.putAll(environment);
  }

  /** The text with every variable replaced; empty if one has no value. */
  Optional<String> resolve(String text) {
    String resolved = text;
    for (int i = 0; i < MAX_INDIRECTIONS && unresolved(resolved).isPresent(); i++) {
      resolved = REFERENCE.matcher(resolved).replaceAll(this::replacement);
    }
    return unresolved(resolved).isPresent() ? Optional.empty() : Optional.of(resolved);
  }

  /** The name of the first variable in the text, if any. */
  static Optional<String> unresolved(String text) {
    Matcher matcher = REFERENCE.matcher(text);
    return matcher.find() ? Optional.of(name(matcher)) : Optional.empty();
  }

  private String replacement(MatchResult match) {
    return Matcher.quoteReplacement(values.getOrDefault(name(match), match.group()));
  }

  private static String name(MatchResult match) {
    return match.group(1) == null ? match.group(2) : match.group(1);
  }

  private void addDirectory(Tree item) {
    if (item instanceof Tree.Mapping directory
        && directory.get("id").orElse(null) instanceof Tree.Scalar id
        && directory.get("path").orElse(null) instanceof Tree.Scalar path) {
      values.put("AZ_BATCHAI_INPUT_" + id.text(), path.text());
    }
  }
}
