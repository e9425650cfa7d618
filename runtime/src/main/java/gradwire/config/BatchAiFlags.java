package gradwire.config;

import gradwire.config.yaml.Problems;
import gradwire.config.yaml.Tree;
import gradwire.error.UsageException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The script flags in the command lines of a Batch AI job. Those that only tell a task its role and
 * its peers go, because the launcher tells them. For one thread.
 */
final class BatchAiFlags {
  private static final Set<String> ROLE_FLAGS =
      Set.of("job_name", "task_index", "ps_hosts", "worker_hosts");
  private static final String NUM_GPUS = "num_gpus";

  private final BatchAiVariables variables;
  private final Problems problems;
  private final List<String> warnings;
  private final Map<String, Tree.Entry> params = new LinkedHashMap<>();
  private final Set<String> seen = new LinkedHashSet<>();

  BatchAiFlags(BatchAiVariables variables, Problems problems, List<String> warnings) {
    this.variables = variables;
    this.problems = problems;
    this.warnings = warnings;
  }

  /** The flags of master and workers, which must agree, as the map that script_params would be. */
  Tree.Mapping scriptParams(String key, Tree.Mapping settings) {
    for (String line : List.of("masterCommandLineArgs", "workerCommandLineArgs")) {
      text(settings, line).ifPresent(text -> flags(text).forEach(flag -> add(key, text, flag)));
    }
    text(settings, "parameterServerCommandLineArgs").ifPresent(this::warnServerFlags);
    return new Tree.Mapping(key, settings.place(), params);
  }

  private void add(String key, Tree.Scalar line, Flag flag) {
    boolean first = seen.add(flag.name());
    if (ROLE_FLAGS.contains(flag.name())) {
      return;
    }
    if (flag.name().equals(NUM_GPUS)) {
      if (first && !flag.value().equals("0")) {
        warn(line, flag, "estimator.use_gpu says what computes");
      }
      return;
    }
    Optional<String> value = variables.resolve(flag.value());
    if (value.isPresent()) {
      put(key, line, flag.withValue(value.get()));
    } else if (first) {
      String variable = BatchAiVariables.unresolved(flag.value()).orElse("");
      warn(line, flag, variable + " is not set here, so the script's own default holds");
    }
  }

  private void put(String key, Tree.Scalar line, Flag flag) {
    Tree value =
        new Tree.Scalar(key + "." + flag.name(), line.place(), Tree.Kind.TEXT, flag.value());
    Tree.Entry old = params.putIfAbsent(flag.name(), new Tree.Entry(line.place(), value));
    if (old != null && !old.value().shown().equals(value.shown())) {
      problems.add(
          line.place(),
          line.key(),
          "expected one value for --"
              + flag.name()
              + " ("
              + old.value().shown()
              + ", given first)"
              + ", got "
              + value.shown()
              + "; a job has one set of script flags");
    }
  }

  private void warnServerFlags(Tree.Scalar line) {
    for (Flag flag : flags(line)) {
      if (!seen.contains(flag.name()) && !ROLE_FLAGS.contains(flag.name())) {
        warn(line, flag, "parameter servers take the workers' flags");
      }
    }
  }

  private void warn(Tree.Scalar line, Flag flag, String why) {
    warnings.add(
        line.place().text()
            + ": "
            + line.key()
            + ": --"
            + flag.name()
            + "="
            + flag.value()
            + " left out; "
            + why);
  }

  private List<Flag> flags(Tree.Scalar line) {
    try {
      return Flag.parse(line.key(), CommandLine.words(line.text()));
    } catch (UsageException malformed) {
      problems.refused(line, malformed);
      return List.of();
    }
  }

  private Optional<Tree.Scalar> text(Tree.Mapping settings, String name) {
    Optional<Tree> found = settings.get(name);
    if (found.isPresent() && !(found.get() instanceof Tree.Scalar)) {
      problems.wrong(found.get(), "a command line", "write it as one string");
    }
    return found.filter(Tree.Scalar.class::isInstance).map(Tree.Scalar.class::cast);
  }
}
