package gradwire.worker.step;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.cluster.TaskId;
import gradwire.config.Consistency;
import gradwire.config.StopAt;
import gradwire.config.Training;
import gradwire.run.MetricsRecord;
import gradwire.run.MetricsTail;
import gradwire.run.RunFolder;
import gradwire.trace.Tracer;
import gradwire.transport.ShardConnection;
import gradwire.worker.program.FlagValues;
import gradwire.worker.step.MortalServer.Death;
import gradwire.worker.step.MortalServer.Fate;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The chief dies at every call to its two servers that there is, and is started again. */
final class WorkerRestartTest {
  private static final int NUM_STEPS = 11;
  private static final Training DEFAULT = Training.DEFAULT;

  /** The first weight is 0 at the start and above this from step 6 on, not at 4. */
  private static final double TARGET = 10;

  @TempDir Path root;

  /** All that one says of a run that has ended. */
  private record Result(
      String sha256,
      long steps,
      OptionalLong targetStep,
      List<Long> evaluatedSteps,
      List<Map<String, Double>> evaluations,
      List<Float> weights,
      List<Long> applied,
      long attempted,
      long acknowledged,
      long dropped,
      long samples) {}

  private static Training training(Consistency consistency, boolean withTarget) {
    return new Training(
        consistency,
        42,
        DEFAULT.wire(),
        DEFAULT.checkpoint(),
        withTarget ? Optional.of(new StopAt("first_weight", TARGET)) : Optional.empty(),
        2,
        DEFAULT.optimizer(),
        DEFAULT.waitTimeoutSeconds(),
        DEFAULT.leaseSeconds(),
        DEFAULT.transport(),
        false,
        false,
        DEFAULT.replicas(),
        DEFAULT.engine());
  }

  private Result run(Training training, Fate fate, String name, boolean cutLog) throws IOException {
    List<MortalServer> servers = List.of(new MortalServer(fate), new MortalServer(fate));
    RunFolder folder = new RunFolder(root.resolve(name));
    for (int incarnation = 0; ; incarnation++) {
      try {
        return result(worker(training, servers, folder, incarnation).run(), servers, folder);
      } catch (Death killed) {
        if (cutLog) {
          cutLogOfTheLastEvaluation(folder, incarnation);
        }
      }
    }
  }

  private static WorkerRun worker(
      Training training, List<MortalServer> servers, RunFolder folder, int incarnation) {
    WorkerSetup setup =
        new WorkerSetup(
            TaskId.worker(0),
            incarnation,
            1,
            training,
            false,
            new SmallProgram(NUM_STEPS),
            FlagValues.of(List.of(), Map.of()),
            Path.of(""),
            new PrintStream(OutputStream.nullOutputStream()),
            Optional.of(folder.metrics()),
            Optional.empty(),
            Optional.of(folder.state()),
            Tracer.OFF);
    return new WorkerRun(
        setup,
        () -> servers.stream().map(MortalServer::connect).<ShardConnection>map(s -> s).toList(),
        InstantSource.fixed(Instant.ofEpochSecond(1_000)));
  }

  /** A process may be killed before an evaluation is written, or while it is. */
  private static void cutLogOfTheLastEvaluation(RunFolder folder, int incarnation)
      throws IOException {
    List<MetricsRecord> lines = MetricsTail.readAll(folder.metrics());
    Path saved = EvaluatedWeights.file(folder.state(), incarnation);
    if (lines.isEmpty() || !Files.exists(saved)) {
      return;
    }
    try (EvaluatedWeights weights = new EvaluatedWeights(Optional.of(saved), 5);
        RandomAccessFile log = new RandomAccessFile(folder.metrics().toFile(), "rw")) {
      if (weights.step().orElse(-1) == lines.getLast().step()) {
        log.setLength(log.length() - 5);
      }
    }
  }

  private static Result result(
      WorkerOutcome outcome, List<MortalServer> servers, RunFolder folder) {
    List<MetricsRecord> lines = MetricsTail.readAll(folder.metrics());
    List<Float> weights =
        servers.stream().map(MortalServer::weights).flatMap(WorkerRestartTest::boxed).toList();
    WorkerCounters counters = outcome.counters();
    return new Result(
        outcome.parametersSha256(),
        outcome.globalSteps(),
        outcome.targetStep(),
        lines.stream().map(MetricsRecord::step).toList(),
        lines.stream().<Map<String, Double>>map(MetricsRecord::numbers).toList(),
        weights,
        servers.stream().map(MortalServer::applied).toList(),
        counters.attempted(),
        counters.applied(),
        counters.dropped(),
        counters.samples());
  }

  private static java.util.stream.Stream<Float> boxed(float[] values) {
    return java.util.stream.IntStream.range(0, values.length).mapToObj(i -> values[i]);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void inSyncModeEverythingIsAsInAnUndisturbedRun(boolean withTarget) throws IOException {
    Training training = training(new Consistency.Sync(OptionalInt.empty()), withTarget);
    Fate well = new Fate(-1, false);
    Result undisturbed = run(training, well, "undisturbed", false);
    assertThat(undisturbed.targetStep().isPresent()).isEqualTo(withTarget);
    assertThat(undisturbed.steps()).isEqualTo(withTarget ? 8 : NUM_STEPS);
    forEveryDeath(
        well.calls(),
        training,
        (what, result) -> assertThat(result).as(what).isEqualTo(undisturbed));
  }

  @Test
  void inAsyncModeEachPushIsAppliedAndCountedOnce() throws IOException {
    Training training = training(new Consistency.Async(), false);
    Fate well = new Fate(-1, false);
    Result undisturbed = run(training, well, "undisturbed", false);
    Function<Result, List<Object>> counts =
        r ->
            List.of(
                r.applied(), r.attempted(), r.acknowledged(), r.dropped(), r.samples(), r.steps());
    assertThat(undisturbed.applied()).containsExactly((long) NUM_STEPS, (long) NUM_STEPS);
    forEveryDeath(
        well.calls(),
        training,
        (what, result) -> {
          assertThat(counts.apply(result)).as(what).isEqualTo(counts.apply(undisturbed));
          assertThat(result.evaluatedSteps()).as(what).doesNotHaveDuplicates();
        });
  }

  private interface Check {
    void check(String what, Result result);
  }

  private void forEveryDeath(int numCalls, Training training, Check check) throws IOException {
    for (int call = 0; call < numCalls; call++) {
      for (boolean after : List.of(false, true)) {
        for (boolean cutLog : List.of(false, true)) {
          String what = "call-" + call + (after ? "-after" : "-before") + (cutLog ? "-cut" : "");
          check.check(what, run(training, new Fate(call, after), what, cutLog));
        }
      }
    }
  }
}
