package gradwire.config;

import gradwire.config.yaml.MapReader;
import gradwire.config.yaml.Tree;
import gradwire.error.UsageException;
import gradwire.update.OptimizerSpec;
import gradwire.update.ScheduleSpec;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Reads {@code optimizer: adam}, or a map with a name, numbers and a schedule. */
final class OptimizerReader {
  private static final String NAME = "an optimizer's name";
  private static final String SCHEDULE_NAME = "a schedule's name";

  private final MapReader training;

  OptimizerReader(MapReader training) {
    this.training = training;
  }

  Optional<OptimizerSpec> read() {
    Optional<Tree> found = training.findSet("optimizer");
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> name = name(training, "optimizer", NAME, "try adam");
    return name.flatMap(n -> checked(found.get(), () -> optimizer(n, found.get())));
  }

  private OptimizerSpec optimizer(String name, Tree tree) {
    if (!(tree instanceof Tree.Mapping)) {
      return new OptimizerSpec(name, Map.of(), ScheduleSpec.CONSTANT);
    }
    MapReader map = training.section("optimizer");
    Map<String, Double> numbers = numbers(map, Set.of("name", "schedule"));
    return new OptimizerSpec(name, numbers, schedule(map).orElse(ScheduleSpec.CONSTANT));
  }

  private Optional<ScheduleSpec> schedule(MapReader optimizer) {
    Optional<Tree> found = optimizer.findSet("schedule");
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Double> numbers =
        found.get() instanceof Tree.Mapping
            ? numbers(optimizer.section("schedule"), Set.of("name"))
            : Map.of();
    return name(optimizer, "schedule", SCHEDULE_NAME, "try cosine")
        .flatMap(n -> checked(found.get(), () -> new ScheduleSpec(n, numbers)));
  }

  /** The name alone, or the {@code name} of a map. */
  private static Optional<String> name(
      MapReader parent, String key, String expected, String remedy) {
    if (!(parent.find(key).orElse(null) instanceof Tree.Mapping)) {
      return parent.text(key, expected + " or a map with one", remedy);
    }
    MapReader map = parent.section(key);
    if (map.find("name").isEmpty()) {
      map.missing("name", expected, remedy);
    }
    return map.text("name", expected, remedy);
  }

  private static Map<String, Double> numbers(MapReader map, Set<String> others) {
    Map<String, Double> numbers = new TreeMap<>();
    for (Map.Entry<String, Tree.Entry> entry : map.map().entries().entrySet()) {
      if (!others.contains(entry.getKey())) {
        number(map, entry.getKey()).ifPresent(n -> numbers.put(entry.getKey(), n));
      }
    }
    return numbers;
  }

  private static Optional<Double> number(MapReader map, String name) {
    OptionalDouble number =
        map.find(name).orElse(null) instanceof Tree.Scalar scalar
            ? scalar.number()
            : OptionalDouble.empty();
    if (number.isEmpty()) {
      map.wrong(name, "a finite number", "try 0.01");
      return Optional.empty();
    }
    return Optional.of(number.getAsDouble());
  }

  /** What the specification itself refuses gets its place in the file. */
  private <T> Optional<T> checked(Tree tree, Supplier<T> specification) {
    try {
      return Optional.of(specification.get());
    } catch (UsageException refused) {
      training.problems().refused(tree, refused);
      return Optional.empty();
    }
  }
}
