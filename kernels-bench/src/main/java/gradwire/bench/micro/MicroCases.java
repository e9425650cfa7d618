package gradwire.bench.micro;

import gradwire.bench.micro.MicroCase.Limit;
import gradwire.bench.micro.MicroCase.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The rows of {@code codec}, {@code optimizer}, {@code reduce} and {@code step}. */
public final class MicroCases {
  private static final String FRAMES = "gradwire.transport.grpc.FrameBenchmark.";
  private static final List<String> OPTIMIZERS =
      List.of("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw");

  /** Replicas of an optimizer's rows; of a reduction's. */
  private static final List<Integer> FEW_REPLICAS = List.of(1, 2);

  private static final List<Integer> REPLICAS = List.of(2, 4, 8);
  private static final List<Integer> THREADS = List.of(1, 2);

  /** Weights, gradients and slots of the widest row, as a multiple of the shard. */
  private static final long MOST_VECTORS = 20;

  private MicroCases() {}

  /** Length of a shard. */
  private enum Shard {
    KB_318("318KB", 79_510),
    MB_100("100MB", 25_000_000);

    private final String label;
    private final int numFloats;

    Shard(String label, int numFloats) {
      this.label = label;
      this.numFloats = numFloats;
    }
  }

  /** Which code applies: loops in C, or those in Java where there are none. */
  private enum Kernel {
    C("c", "inC"),
    ARRAYS("arrays", "overArrays");

    private final String label;
    private final String method;

    Kernel(String label, String method) {
      this.label = label;
      this.method = method;
    }
  }

  /** One frame written, one frame read. */
  public static List<MicroCase> codec() {
    return Stream.of("16KB:16384", "318KB:318040", "1MB:1048576")
        .map(size -> size.split(":"))
        .flatMap(
            size ->
                Stream.of("write", "parse")
                    .map(what -> codec(what, size[0], Long.parseLong(size[1]))))
        .toList();
  }

  private static MicroCase codec(String what, String label, long bytes) {
    Map<String, String> parameters = Map.of("numBytes", String.valueOf(bytes));
    return new MicroCase(
        "codec/" + what + "/" + label,
        MicroCase.MEMORY,
        what,
        1,
        new Method(FRAMES + what, parameters, bytes),
        new Limit(new Method(FRAMES + "copy", parameters, bytes), "memory copy"),
        64L << 20,
        true,
        null);
  }

  /** Gradients applied to a shard, by every rule. */
  public static List<MicroCase> optimizer() {
    List<MicroCase> cases = new ArrayList<>();
    for (String rule : OPTIMIZERS) {
      for (Load load : loads(FEW_REPLICAS)) {
        Map<String, String> parameters = new TreeMap<>(load.parameters());
        parameters.put("optimizer", rule);
        String name = "optimizer/" + rule + "/" + load.name();
        cases.add(shardCase(name, "gradwire.bench.OptimizerBenchmark.", load, parameters));
      }
    }
    return cases;
  }

  /** The mean over replicas, with the cheapest rule behind it. */
  public static List<MicroCase> reduce() {
    return loads(REPLICAS).stream()
        .map(
            load ->
                shardCase(
                    "reduce/" + load.name(),
                    "gradwire.bench.ReduceBenchmark.",
                    load,
                    load.parameters()))
        .toList();
  }

  /** Gradients of each network by each engine. */
  public static List<MicroCase> step() {
    return Stream.of("mlp", "lenet", "resnet20", "lstm")
        .flatMap(network -> Stream.of("native", "dl4j").map(engine -> step(network, engine)))
        .toList();
  }

  private static MicroCase step(String network, String engine) {
    return new MicroCase(
        "step/" + network + "/" + engine,
        MicroCase.MEMORY,
        "gradient",
        1,
        new Method(
            "gradwire.bench.StepBenchmark.gradient", Map.of("network", network, "engine", engine)),
        Limit.sgemm(),
        2L << 30,
        true,
        null);
  }

  /** A shard and how it is worked on. */
  private record Load(Kernel kernel, Shard shard, int numReplicas, int numThreads) {
    String name() {
      return "%s/%s/r%d/t%d".formatted(kernel.label, shard.label, numReplicas, numThreads);
    }

    Map<String, String> parameters() {
      return Map.of(
          "numFloats", String.valueOf(shard.numFloats),
          "numReplicas", String.valueOf(numReplicas),
          "numThreads", String.valueOf(numThreads));
    }
  }

  private static List<Load> loads(List<Integer> replicas) {
    List<Load> loads = new ArrayList<>();
    for (Kernel kernel : Kernel.values()) {
      for (Shard shard : Shard.values()) {
        for (int numReplicas : replicas) {
          for (int numThreads : THREADS) {
            loads.add(new Load(kernel, shard, numReplicas, numThreads));
          }
        }
      }
    }
    return loads;
  }

  private static MicroCase shardCase(
      String name, String benchmark, Load load, Map<String, String> parameters) {
    return new MicroCase(
        name,
        MicroCase.MEMORY,
        "apply",
        load.numThreads,
        new Method(benchmark + load.kernel.method, parameters),
        Limit.triad(load.shard.numFloats, load.numThreads),
        load.shard.numFloats * Float.BYTES * MOST_VECTORS,
        isRepresentative(name),
        null);
  }

  /** The reference job's shard on one thread, the big one on all; loops in C, and for Adam both. */
  private static boolean isRepresentative(String name) {
    return name.matches(
        "optimizer/adam/c/318KB/r1/t1|optimizer/adam/(c|arrays)/100MB/r2/t2"
            + "|optimizer/(sgd|momentum)/c/100MB/r2/t2"
            + "|reduce/c/(318KB/r2/t1|100MB/r[248]/t2)");
  }
}
