package gradwire.cluster;

import gradwire.config.Estimator;
import gradwire.config.Flag;
import gradwire.config.ScriptParams;
import gradwire.error.Expect;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A role's command line, its own flags apart from the script's. Immutable.
 *
 * @param own by name; an empty value counts as not given, and of two the last counts
 * @param script the other flags
 */
record RoleFlags(Map<String, String> own, Map<String, String> script) {
  private static final Set<String> WITH_VALUE =
      Set.of(
          "job_name",
          "task_index",
          "ps_hosts",
          "worker_hosts",
          "run_folder",
          "entry_class",
          "incarnation");
  private static final Set<String> ALONE = Set.of("supervised", "help");

  RoleFlags {
    own = Map.copyOf(own);
  }

  static RoleFlags parse(List<String> arguments) {
    Map<String, String> own = new HashMap<>();
    ScriptParams script = new ScriptParams();
    for (Flag flag : Flag.parse("command line", arguments)) {
      if (WITH_VALUE.contains(flag.name()) || ALONE.contains(flag.name())) {
        own.put(flag.name(), ownValue(flag));
      } else {
        addScriptFlag(script, flag);
      }
    }
    return new RoleFlags(own, script.toMap());
  }

  private static String ownValue(Flag flag) {
    boolean alone = ALONE.contains(flag.name());
    String where = "--" + flag.name();
    Expect.that(
        alone || flag.given().isPresent(), where, "a value", "none", "write " + where + "=VALUE");
    boolean known = flag.value().equals("true") || flag.value().equals("false");
    Expect.that(
        !alone || known, where, "true or false", quoted(flag.value()), "write the flag alone");
    return flag.value();
  }

  private static void addScriptFlag(ScriptParams script, Flag flag) {
    Optional<String> first = script.add(flag.name(), flag.value());
    Expect.that(
        first.isEmpty(),
        "--" + flag.name(),
        "one value for "
            + ScriptParams.canonical(flag.name())
            + " ("
            + quoted(first.orElse(""))
            + ")",
        quoted(flag.value()),
        "remove one of the two");
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(own.get(name)).filter(value -> !value.isBlank());
  }

  boolean isSet(String name) {
    return text(name).filter("true"::equals).isPresent();
  }

  /** A number of at least 0. */
  OptionalInt number(String name) {
    return text(name)
        .map(value -> OptionalInt.of(number("--" + name, value)))
        .orElse(OptionalInt.empty());
  }

  static int number(String where, String value) {
    OptionalLong number = AddressList.index(value);
    Expect.that(
        number.isPresent(), where, "a whole number of at least 0", quoted(value), "count from 0");
    return (int) number.orElse(0);
  }

  /** The entry class, if given. */
  Optional<String> entryClass() {
    Optional<String> name = text("entry_class");
    Expect.that(
        name.map(Estimator::isClassName).orElse(true),
        "--entry_class",
        "a Java class name",
        quoted(name.orElse("")),
        "name a class on the class path");
    return name;
  }

  static String quoted(String text) {
    return '"' + text + '"';
  }
}
