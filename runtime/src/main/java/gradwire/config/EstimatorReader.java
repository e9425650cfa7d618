package gradwire.config;

import gradwire.config.yaml.MapReader;
import gradwire.config.yaml.Tree;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The {@code estimator:} block, in the words of the Azure ML SDK. */
final class EstimatorReader {
  private static final String CLASS_FORM = "a Java class name";
  private static final String CLASS_REMEDY = "try " + EntryScripts.MNIST_REPLICA;

  private final MapReader block;
  private final List<String> warnings;

  EstimatorReader(MapReader block, List<String> warnings) {
    this.block = block;
    this.warnings = warnings;
  }

  /** The estimator; values in place of wrong ones, so that reading goes on. */
  Estimator read() {
    Estimator defaults = Estimator.of(entryClass());
    Estimator estimator =
        new Estimator(
            defaults.entryClass(),
            block.count("node_count", 1, defaults.nodeCount()),
            block.count("worker_count", 1, defaults.workerCount()),
            parameterServerCount(defaults.parameterServerCount()),
            block.flag("use_gpu", defaults.useGpu()),
            scriptParams(),
            block.wholeNumber(
                "max_run_duration_seconds", 0, Long.MAX_VALUE, defaults.maxRunDurationSeconds()));
    checkOnlyValue("distributed_backend", "ps", "Gradwire trains through parameter servers");
    checkOnlyValue("process_count_per_node", "1", "raise worker_count instead");
    warnSourceDirectory();
    block.finish();
    return estimator;
  }

  private String entryClass() {
    Optional<Tree> script = block.find("entry_script");
    if (block.find("entry_class").isPresent()) {
      if (script.isPresent()) {
        block.wrong("entry_script", "entry_class or entry_script, not both", "remove one");
      }
      return fromClass();
    }
    if (script.isPresent()) {
      return fromScript();
    }
    block.missing("entry_class", CLASS_FORM, CLASS_REMEDY);
    return EntryScripts.MNIST_REPLICA;
  }

  private String fromClass() {
    Optional<String> name = block.text("entry_class", CLASS_FORM, CLASS_REMEDY);
    if (name.isPresent() && !Estimator.isClassName(name.get())) {
      boolean python = EntryScripts.isPython(name.get());
      block.wrong(
          "entry_class", CLASS_FORM, python ? "name a script in entry_script" : CLASS_REMEDY);
    }
    return name.filter(Estimator::isClassName).orElse(EntryScripts.MNIST_REPLICA);
  }

  private String fromScript() {
    String expected = "one of " + String.join(", ", EntryScripts.known());
    String remedy = "Python does not run here: give entry_class instead";
    Optional<String> script = block.text("entry_script", expected, remedy);
    Optional<String> known = script.flatMap(EntryScripts::entryClass);
    if (script.isPresent() && known.isEmpty()) {
      block.wrong("entry_script", expected, remedy);
    }
    return known.orElse(EntryScripts.MNIST_REPLICA);
  }

  private int parameterServerCount(int fallback) {
    boolean both =
        block.find("ps_count").isPresent() && block.find("parameter_server_count").isPresent();
    if (both) {
      block.wrong("ps_count", "ps_count or parameter_server_count, not both", "remove one");
    }
    String name = block.find("ps_count").isPresent() ? "ps_count" : "parameter_server_count";
    return block.count(both ? "parameter_server_count" : name, 1, fallback);
  }

  private void checkOnlyValue(String name, String only, String remedy) {
    Optional<String> value = block.text(name, only, remedy);
    if (value.isPresent() && !value.get().equals(only)) {
      block.wrong(name, only, remedy);
    }
  }

  private void warnSourceDirectory() {
    block
        .find("source_directory")
        .ifPresent(
            tree ->
                warnings.add(
                    tree.place().text()
                        + ": "
                        + tree.key()
                        + ": ignored; the entry class is found on the class path"));
  }

  private Map<String, String> scriptParams() {
    ScriptParams params = new ScriptParams();
    block
        .section("script_params")
        .map()
        .entries()
        .forEach((name, entry) -> addScriptParam(params, name, entry));
    return params.toMap();
  }

  private void addScriptParam(ScriptParams params, String name, Tree.Entry entry) {
    Tree value = entry.value();
    if (ScriptParams.canonical(name).isBlank()) {
      block.problems().add(entry.place(), value.key(), "expected a flag's name, got none; name it");
    } else if (value instanceof Tree.Scalar scalar) {
      params.add(name, flagText(scalar)).ifPresent(first -> refuseSecond(name, first, value));
    } else {
      block.problems().wrong(value, "a single value", "quote it as one string");
    }
  }

  private void refuseSecond(String name, String first, Tree value) {
    String expected = "one value for " + ScriptParams.canonical(name) + " (\"" + first + "\")";
    block.problems().wrong(value, expected, "remove one of the two");
  }

  private static String flagText(Tree.Scalar scalar) {
    return switch (scalar.kind()) {
      case NOTHING -> ScriptParams.BARE;
      case FLAG -> scalar.flag().map(String::valueOf).orElse(ScriptParams.BARE);
      case TEXT, WHOLE_NUMBER, NUMBER -> scalar.text();
    };
  }
}
