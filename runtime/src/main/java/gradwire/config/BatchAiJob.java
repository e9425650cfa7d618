package gradwire.config;

import gradwire.config.yaml.Problems;
import gradwire.config.yaml.Tree;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Turns a Batch AI {@code job.json} into the tree that our own job file would give; each value
 * keeps its key and place in the file, so that what is wrong is reported there. For one thread.
 */
final class BatchAiJob {
  private static final String SETTINGS = "tensorFlowSettings";
  private static final Set<String> SETTINGS_USED =
      Set.of(
          "parameterServerCount",
          "workerCount",
          "pythonScriptFilePath",
          "masterCommandLineArgs",
          "workerCommandLineArgs",
          "parameterServerCommandLineArgs");
  private static final Set<String> BODY_USED = Set.of("nodeCount", SETTINGS, "inputDirectories");
  private static final Set<String> ROOT_USED = Set.of("properties", "$schema");
  private static final Set<String> KEPT_BY_THE_RUN_FOLDER =
      Set.of("outputDirectories", "stdOutErrPathPrefix", "stdOutErrPathSuffix");

  private final Tree.Mapping root;
  private final Map<String, String> environment;
  private final Problems problems;
  private final List<String> warnings;

  /**
   * Prepares a translation.
   *
   * @param environment resolves {@code $AZ_BATCHAI_...}
   * @param warnings where it is noted what has no effect
   */
  BatchAiJob(
      Tree.Mapping root,
      Map<String, String> environment,
      Problems problems,
      List<String> warnings) {
    this.root = root;
    this.environment = environment;
    this.problems = problems;
    this.warnings = warnings;
  }

  static boolean recognises(Tree.Mapping root) {
    Set<String> keys = root.entries().keySet();
    return !keys.contains("estimator")
        && (keys.contains("properties") || keys.contains("$schema") || keys.contains(SETTINGS));
  }

  Tree.Mapping translate() {
    Tree.Mapping body = mapping(root, "properties").orElse(root);
    Optional<Tree.Mapping> settings = mapping(body, SETTINGS);
    if (settings.isEmpty()) {
      refuseOtherToolkit(body);
    }
    Tree.Mapping empty = new Tree.Mapping("", body.place(), Map.of());
    boolean wrapped = mapping(root, "properties").isPresent();
    warnIgnored(body, wrapped ? BODY_USED : union(ROOT_USED, BODY_USED));
    if (wrapped) {
      warnIgnored(root, ROOT_USED);
    }
    return translate(body, settings.orElse(empty));
  }

  private Tree.Mapping translate(Tree.Mapping body, Tree.Mapping settings) {
    warnIgnored(settings, SETTINGS_USED);
    Map<String, Tree.Entry> estimator = new LinkedHashMap<>();
    copy(settings, "pythonScriptFilePath", "entry_script", estimator);
    copy(body, "nodeCount", "node_count", estimator);
    copy(body, "nodeCount", "worker_count", estimator);
    copy(settings, "workerCount", "worker_count", estimator);
    copy(settings, "parameterServerCount", "parameter_server_count", estimator);
    BatchAiVariables variables = new BatchAiVariables(body, environment);
    BatchAiFlags flags = new BatchAiFlags(variables, problems, warnings);
    Tree.Mapping scriptParams = flags.scriptParams("estimator.script_params", settings);
    estimator.put("script_params", new Tree.Entry(settings.place(), scriptParams));
    return ourRoot(settings, new Tree.Mapping("estimator", settings.place(), estimator));
  }

  private Tree.Mapping ourRoot(Tree.Mapping settings, Tree.Mapping estimator) {
    String experiment =
        settings.get("pythonScriptFilePath").orElse(null) instanceof Tree.Scalar script
            ? EntryScripts.fileName(script.text()).replaceFirst("\\.py$", "")
            : "batchai";
    Tree name =
        new Tree.Scalar("experiment", settings.place(), Tree.Kind.TEXT, experimentName(experiment));
    return new Tree.Mapping(
        "",
        root.place(),
        Map.of(
            "experiment", new Tree.Entry(settings.place(), name),
            "estimator", new Tree.Entry(settings.place(), estimator)));
  }

  private static String experimentName(String script) {
    String name = script.replaceAll("[^A-Za-z0-9._-]", "-");
    return JobFile.isExperiment(name) ? name : "batchai";
  }

  private static void copy(
      Tree.Mapping from, String name, String ourName, Map<String, Tree.Entry> to) {
    Tree.Entry entry = from.entries().get(name);
    if (entry != null && !isNothing(entry.value())) {
      to.put(ourName, entry);
    }
  }

  private void refuseOtherToolkit(Tree.Mapping body) {
    String found =
        body.entries().keySet().stream()
            .filter(name -> name.endsWith("Settings") && !name.equals("containerSettings"))
            .findFirst()
            .orElse("none");
    problems.add(
        body.place(),
        body.keyOf(SETTINGS),
        "missing, expected tensorFlowSettings, got "
            + found
            + "; only Batch AI's TensorFlow jobs run here");
  }

  private void warnIgnored(Tree.Mapping map, Set<String> used) {
    map.entries().forEach((name, entry) -> warnIgnored(map, used, name, entry));
  }

  private void warnIgnored(Tree.Mapping map, Set<String> used, String name, Tree.Entry entry) {
    if (!used.contains(name) && !isNothing(entry.value())) {
      String why =
          KEPT_BY_THE_RUN_FOLDER.contains(name)
              ? "the run folder keeps all output"
              : "it has no meaning outside Batch AI";
      warnings.add(entry.place().text() + ": " + map.keyOf(name) + ": ignored; " + why);
    }
  }

  private Optional<Tree.Mapping> mapping(Tree.Mapping parent, String name) {
    Optional<Tree> found = parent.get(name);
    if (found.isPresent() && !(found.get() instanceof Tree.Mapping)) {
      problems.wrong(found.get(), "a map", "see Batch AI's job.json");
    }
    return found.filter(Tree.Mapping.class::isInstance).map(Tree.Mapping.class::cast);
  }

  private static boolean isNothing(Tree tree) {
    return tree instanceof Tree.Scalar scalar && scalar.kind() == Tree.Kind.NOTHING;
  }

  private static Set<String> union(Set<String> some, Set<String> others) {
    Set<String> all = new HashSet<>(some);
    all.addAll(others);
    return all;
  }
}
