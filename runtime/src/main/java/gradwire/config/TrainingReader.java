package gradwire.config;

import gradwire.config.yaml.MapReader;
import gradwire.config.yaml.Tree;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The {@code training:} block. */
final class TrainingReader {
  private static final String METRIC = "a metric's name";
  private static final String METRIC_REMEDY = "try test_accuracy";
  private static final String TARGET = "a finite number";
  private static final String TARGET_REMEDY = "try 0.97";

  private final MapReader block;
  private final int workerCount;

  TrainingReader(MapReader block, int workerCount) {
    this.block = block;
    this.workerCount = workerCount;
  }

  /** The settings; values in place of wrong ones, so that reading goes on. */
  Training read() {
    Training defaults = Training.DEFAULT;
    Optional<StopAt> stopAt = stopAt();
    OptionalInt replicas = replicas();
    Training training =
        new Training(
            new ConsistencyReader(block, replicas.orElse(workerCount)).read(defaults.consistency()),
            block.wholeNumber("seed", Long.MIN_VALUE, Long.MAX_VALUE, defaults.seed()),
            wire(defaults.wire()),
            checkpoint(defaults.checkpoint()),
            stopAt,
            evaluateEverySteps(stopAt.isPresent(), defaults.evaluateEverySteps()),
            new OptimizerReader(block).read(),
            block.wholeNumber(
                "wait_timeout_seconds", 1, Long.MAX_VALUE, defaults.waitTimeoutSeconds()),
            leaseSeconds(defaults.leaseSeconds()),
            choice("transport", Transport.values(), Transport::label, defaults.transport()),
            block.flag("tls", defaults.tls()),
            block.flag("trace", defaults.trace()),
            replicas,
            choice("engine", EngineChoice.values(), EngineChoice::label, defaults.engine()));
    block.finish();
    return training;
  }

  private OptionalInt replicas() {
    int replicas = block.count("replicas", 1, workerCount);
    return block.find("replicas").isPresent() ? OptionalInt.of(replicas) : OptionalInt.empty();
  }

  private WireFormat wire(WireFormat fallback) {
    String only = WireFormat.FLOAT32.text();
    Optional<String> name = block.text("wire", only, "use " + only);
    if (name.isPresent() && !name.get().equals(only)) {
      block.wrong("wire", only, "use " + only);
    }
    return fallback;
  }

  private double leaseSeconds(double fallback) {
    Optional<Tree> found = block.find("lease_seconds");
    if (found.isEmpty()) {
      return fallback;
    }
    OptionalDouble seconds =
        found.get() instanceof Tree.Scalar scalar ? scalar.number() : OptionalDouble.empty();
    if (seconds.isPresent()
        && seconds.getAsDouble() >= Training.LEAST_LEASE_SECONDS
        && seconds.getAsDouble() <= Training.MOST_LEASE_SECONDS) {
      return seconds.getAsDouble();
    }
    block.wrong("lease_seconds", "a number from 0.2 to 3600", "try 2");
    return fallback;
  }

  /** A word that stands for one of {@code values}. */
  private <E extends Enum<E>> E choice(
      String key, E[] values, Function<E, String> label, E fallback) {
    String all = "one of " + Arrays.stream(values).map(label).collect(Collectors.joining(", "));
    String remedy = "use " + label.apply(fallback);
    Optional<String> name = block.text(key, all, remedy);
    for (E value : values) {
      if (name.equals(Optional.of(label.apply(value)))) {
        return value;
      }
    }
    name.ifPresent(unknown -> block.wrong(key, all, remedy));
    return fallback;
  }

  private CheckpointPlan checkpoint(CheckpointPlan fallback) {
    MapReader plan = block.section("checkpoint");
    long everySteps = plan.wholeNumber("every_steps", 0, Long.MAX_VALUE, fallback.everySteps());
    int keep = plan.count("keep", 1, fallback.keep());
    plan.finish();
    return new CheckpointPlan(everySteps, keep);
  }

  private long evaluateEverySteps(boolean stops, long plain) {
    return stops
        ? block.wholeNumber(
            "evaluate_every_steps",
            1,
            Long.MAX_VALUE,
            Training.DEFAULT_EVALUATE_EVERY_STEPS_WITH_STOP_AT)
        : block.wholeNumber("evaluate_every_steps", 0, Long.MAX_VALUE, plain);
  }

  private Optional<StopAt> stopAt() {
    if (!(block.findSet("stop_at").orElse(null) instanceof Tree.Mapping)) {
      block.section("stop_at");
      return Optional.empty();
    }
    MapReader target = block.section("stop_at");
    Optional<String> metric = metric(target);
    OptionalDouble value = target(target);
    target.finish();
    return metric.isPresent() && value.isPresent()
        ? Optional.of(new StopAt(metric.get(), value.getAsDouble()))
        : Optional.empty();
  }

  private static Optional<String> metric(MapReader target) {
    if (target.find("metric").isEmpty()) {
      target.missing("metric", METRIC, METRIC_REMEDY);
    }
    Optional<String> name = target.text("metric", METRIC, METRIC_REMEDY);
    if (name.isPresent() && name.get().isBlank()) {
      target.wrong("metric", METRIC, METRIC_REMEDY);
    }
    return name.filter(text -> !text.isBlank());
  }

  private static OptionalDouble target(MapReader target) {
    Optional<Tree> found = target.find("value");
    if (found.isEmpty()) {
      target.missing("value", TARGET, TARGET_REMEDY);
    }
    OptionalDouble value =
        found.orElse(null) instanceof Tree.Scalar scalar ? scalar.number() : OptionalDouble.empty();
    if (value.isEmpty()) {
      target.wrong("value", TARGET, TARGET_REMEDY);
    }
    return value;
  }
}
