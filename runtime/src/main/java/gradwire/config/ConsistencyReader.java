package gradwire.config;

import gradwire.config.yaml.MapReader;
import gradwire.config.yaml.Tree;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads <code>async | sync | {ssp: 3} | {sync: {replicas_to_aggregate: 2}}</code>. */
final class ConsistencyReader {
  private static final String KEY = "consistency";
  private static final String FORMS =
      "async, sync, {ssp: STEPS} or {sync: {replicas_to_aggregate: COUNT}}";
  private static final int EXAMPLE_LAG_STEPS = 3;

  private final MapReader training;
  private final int numReplicas;

  ConsistencyReader(MapReader training, int numReplicas) {
    this.training = training;
    this.numReplicas = numReplicas;
  }

  Consistency read(Consistency fallback) {
    Optional<Tree> found = training.find(KEY);
    return found.isEmpty() ? fallback : read(found.get(), fallback);
  }

  private Consistency read(Tree tree, Consistency fallback) {
    return switch (tree) {
      case Tree.Scalar scalar -> named(scalar.text()).orElseGet(() -> refuse(fallback));
      case Tree.Mapping mapping when mapping.entries().size() == 1 -> form(fallback);
      case Tree.Mapping ignored -> refuse(fallback);
      case Tree.Sequence ignored -> refuse(fallback);
    };
  }

  private static Optional<Consistency> named(String name) {
    return switch (name) {
      case "async" -> Optional.of(new Consistency.Async());
      case "sync" -> Optional.of(new Consistency.Sync(OptionalInt.empty()));
      default -> Optional.empty();
    };
  }

  private Consistency form(Consistency fallback) {
    MapReader map = training.section(KEY);
    Consistency read = fallback;
    if (map.find("ssp").isPresent()) {
      read = new Consistency.Ssp(map.count("ssp", 0, EXAMPLE_LAG_STEPS));
    }
    if (map.find("sync").isPresent()) {
      read = sync(map.section("sync"));
    }
    if (map.findSet("async").isPresent()) {
      map.section("async").finish();
    }
    map.finish();
    return map.find("async").isPresent() ? new Consistency.Async() : read;
  }

  private Consistency sync(MapReader sync) {
    boolean given = sync.find("replicas_to_aggregate").isPresent();
    int replicas = (int) sync.wholeNumber("replicas_to_aggregate", 1, numReplicas, numReplicas);
    sync.finish();
    return new Consistency.Sync(given ? OptionalInt.of(replicas) : OptionalInt.empty());
  }

  private Consistency refuse(Consistency fallback) {
    training.wrong(KEY, FORMS, "write {ssp: " + EXAMPLE_LAG_STEPS + "} with its braces");
    return fallback;
  }
}
