package gradwire.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import gradwire.config.CheckpointPlan;
import gradwire.config.Consistency;
import gradwire.config.StopAt;
import gradwire.config.Training;
import gradwire.config.WireFormat;
import gradwire.error.GradwireException;
import gradwire.error.UsageException;
import gradwire.run.TaskReport;
import gradwire.safetensors.SafetensorsFile;
import gradwire.worker.engine.Batch;
import gradwire.worker.step.WorkerOutcome;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TrainingTest {
  private static final Consistency SYNC = new Consistency.Sync(OptionalInt.empty());
  private static final Consistency ASYNC = new Consistency.Async();

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void syncWithReplicasIsOneProcessOnTheMergedBatch(int numWorkers, @TempDir Path folder)
      throws Exception {
    long steps = 40;
    try (LocalTraining run =
        new LocalTraining(
            RegressionProgram.of(steps),
            training(SYNC, 0, Optional.empty()),
            2,
            numWorkers,
            Optional.of(folder))) {
      run.run();
    }
    double[] expected = mergedInFloat64(numWorkers, steps);
    try (Arena arena = Arena.ofConfined()) {
      float[] got = new float[expected.length];
      int at = 0;
      for (var tensor :
          SafetensorsFile.read(folder.resolve("weights.safetensors"), arena).tensors()) {
        for (float value : tensor.values().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)) {
          got[at++] = value;
        }
      }
      for (int i = 0; i < expected.length; i++) {
        // Weights below 4 round by 2^-23 a step at most; a gradient's own rounding is smaller.
        assertThat((double) got[i]).isCloseTo(expected[i], within(steps * 0x1p-22));
      }
    }
  }

  private static double[] mergedInFloat64(int numWorkers, long steps) {
    int bias = RegressionData.NUM_FEATURES;
    double[] weights = new double[bias + 1];
    for (int i = 0; i <= bias; i++) {
      weights[i] = 0.125 * i;
    }
    RegressionData data = new RegressionData(42, RegressionProgram.BATCH_SIZE);
    for (long step = 0; step < steps; step++) {
      double[] gradient = new double[bias + 1];
      for (int replica = 0; replica < numWorkers; replica++) {
        Batch batch = data.next(replica, step);
        for (int example = 0; example < RegressionProgram.BATCH_SIZE; example++) {
          double error = weights[bias] - RegressionEngine.label(batch, example);
          for (int i = 0; i < bias; i++) {
            error += weights[i] * RegressionEngine.feature(batch, example, i);
          }
          for (int i = 0; i < bias; i++) {
            gradient[i] += error * RegressionEngine.feature(batch, example, i);
          }
          gradient[bias] += error;
        }
      }
      for (int i = 0; i <= bias; i++) {
        weights[i] -=
            RegressionProgram.LEARNING_RATE
                * gradient[i]
                / (numWorkers * RegressionProgram.BATCH_SIZE);
      }
    }
    return weights;
  }

  @Test
  void theFinalBitsDependNeitherOnTheServersNorOnTheTiming() throws Exception {
    List<String> hashes = new ArrayList<>();
    for (int numServers : new int[] {1, 1, 2, 5, 11}) {
      hashes.add(
          outcomes(RegressionProgram.of(60), training(SYNC, 0, Optional.empty()), numServers, 3)
              .getFirst()
              .parametersSha256());
    }
    assertThat(hashes).containsOnly(hashes.getFirst()).allMatch(hash -> hash.length() == 64);
  }

  @Test
  void inSyncStopAtEndsAtAStepThatIsAFunctionOfTheJob() throws Exception {
    Training training = training(SYNC, 10, Optional.of(new StopAt("test_loss", 0.5)));
    List<WorkerOutcome> first = outcomes(RegressionProgram.of(10_000), training, 2, 3);
    List<WorkerOutcome> second = outcomes(RegressionProgram.of(10_000), training, 1, 3);

    WorkerOutcome chief = first.getFirst();
    long reached = chief.targetStep().orElseThrow();
    assertThat(chief.globalSteps()).isEqualTo(reached + 10).isLessThan(1000);
    assertThat(reached % 10).isZero();
    assertThat(chief.stopped()).isFalse();
    assertThat(chief.finalMetrics().get("testLoss")).isLessThanOrEqualTo(0.5);
    assertThat(first).allMatch(worker -> worker.globalSteps() == chief.globalSteps());
    assertThat(second.getFirst().globalSteps()).isEqualTo(chief.globalSteps());
    assertThat(second.getFirst().parametersSha256()).isEqualTo(chief.parametersSha256());
  }

  @Test
  void trainingGoesOnWhileAnEvaluationIsUnderWay() throws Exception {
    CountDownLatch trainedOn = new CountDownLatch(1);
    RegressionProgram program =
        RegressionProgram.of(200)
            .withListener(
                (worker, step) -> {
                  if (step >= 100) {
                    trainedOn.countDown();
                  }
                })
            .withEvaluation(Optional.of(() -> await(trainedOn)));

    List<WorkerOutcome> outcomes = outcomes(program, training(ASYNC, 10, Optional.empty()), 1, 2);

    assertThat(outcomes.getFirst().globalSteps()).isGreaterThanOrEqualTo(200);
    assertThat(outcomes.getFirst().finalMetrics()).containsKey("testLoss");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aRequestedStopEndsEveryWorkerAtOnce(boolean inStep) throws Exception {
    CountDownLatch underWay = new CountDownLatch(1);
    RegressionProgram program =
        RegressionProgram.of(Long.MAX_VALUE).withListener((worker, step) -> underWay.countDown());
    try (LocalTraining run =
        new LocalTraining(
            program,
            training(inStep ? SYNC : ASYNC, 0, Optional.empty()),
            2,
            3,
            Optional.empty())) {
      var workers = run.start();
      await(underWay);
      run.requestStop();

      WorkerOutcome chief = workers.getFirst().get(60, TimeUnit.SECONDS);
      assertThat(chief.stopped()).isTrue();
      assertThat(chief.parametersSha256()).hasSize(64);
      for (var worker : workers) {
        assertThat(worker.get(60, TimeUnit.SECONDS).globalSteps())
            .isLessThanOrEqualTo(chief.globalSteps());
      }
      assertThat(run.server(1).counters()).containsKey(TaskReport.UPDATES_APPLIED);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void whatWorkersWereToldIsWhatServersCounted(int numServers) throws Exception {
    for (Consistency consistency : List.of(ASYNC, new Consistency.Ssp(2), SYNC)) {
      try (LocalTraining run =
          new LocalTraining(
              RegressionProgram.of(300),
              training(consistency, 0, Optional.empty()),
              numServers,
              3,
              Optional.empty())) {
        long told = run.run().stream().mapToLong(worker -> worker.counters().applied()).sum();
        for (int server = 0; server < numServers; server++) {
          assertThat(run.server(server).counters())
              .as("%s, server %d", consistency, server)
              .containsEntry(TaskReport.UPDATES_APPLIED, (double) told)
              .containsEntry(TaskReport.UPDATES_DROPPED, 0.0)
              .containsEntry(TaskReport.DUPLICATES_REFUSED, 0.0);
        }
        assertThat(told).isBetween(300L, 3 * 302L);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aBackupWorkersLateGradientIsDroppedAndBothEndsKnow(int numServers) throws Exception {
    CountDownLatch slowOneHasPulled = new CountDownLatch(1);
    CountDownLatch stepDone = new CountDownLatch(1);
    RegressionProgram program =
        RegressionProgram.of(100)
            .withBeforeGradient(
                (worker, step) -> {
                  if (worker == 2 && step == 0) {
                    slowOneHasPulled.countDown();
                    await(stepDone);
                  }
                  await(slowOneHasPulled);
                })
            .withListener((worker, step) -> stepDone.countDown());
    Consistency twoOfThree = new Consistency.Sync(OptionalInt.of(2));
    try (LocalTraining run =
        new LocalTraining(
            program, training(twoOfThree, 0, Optional.empty()), numServers, 3, Optional.empty())) {
      List<WorkerOutcome> workers = run.run();

      long applied = workers.stream().mapToLong(worker -> worker.counters().applied()).sum();
      long dropped = workers.stream().mapToLong(worker -> worker.counters().dropped()).sum();
      assertThat(applied).isEqualTo(200);
      assertThat(workers.get(2).counters().dropped()).isPositive();
      assertThat(run.server(0).counters())
          .containsEntry(TaskReport.UPDATES_APPLIED, 200.0)
          .containsEntry(TaskReport.UPDATES_DROPPED, (double) dropped);
      for (int server = 1; server < numServers; server++) {
        assertThat(run.server(server).counters())
            .containsEntry(TaskReport.UPDATES_APPLIED, 200.0)
            .containsEntry(TaskReport.UPDATES_DROPPED, 0.0);
      }
      assertThat(workers).allMatch(worker -> worker.globalSteps() == 100);
    }
  }

  @Test
  void aWorkerThatFailsIsNamedToTheOthers() {
    RegressionProgram program =
        RegressionProgram.of(100)
            .withBeforeGradient(
                (worker, step) -> {
                  if (worker == 1 && step == 5) {
                    throw new GradwireException("batch 5: damaged");
                  }
                });
    try (LocalTraining run =
        new LocalTraining(program, training(SYNC, 0, Optional.empty()), 2, 2, Optional.empty())) {
      var workers = run.start();
      assertThatThrownBy(workers.get(1)::get).hasMessageContaining("batch 5: damaged");
      assertThatThrownBy(workers.get(0)::get)
          .hasMessageContaining("worker-1: lost at step 5 (connection ended without leaving");
      assertThatThrownBy(() -> run.server(0)).hasMessageContaining("worker-1: lost at step 5");
    }
  }

  @Test
  void aTargetThatIsNeverMeasuredIsRefused() {
    Training accuracy = training(SYNC, 10, Optional.of(new StopAt("test_accuracy", 0.9)));
    assertThatThrownBy(() -> outcomes(RegressionProgram.of(1000), accuracy, 1, 1))
        .hasMessageContaining(
            "training.stop_at.metric: expected one of [test_loss], got test_accuracy; correct the"
                + " job file");
    RegressionProgram withoutEvaluation =
        RegressionProgram.of(1000).withEvaluation(Optional.empty());
    assertThatThrownBy(() -> outcomes(withoutEvaluation, accuracy, 1, 1))
        .hasCauseInstanceOf(UsageException.class)
        .hasMessageContaining("training.stop_at: expected an entry class that evaluates, got ")
        .hasMessageContaining("; remove stop_at");
  }

  @Test
  void anEvaluationThatFailsEndsTheRunWithItsError() {
    RegressionProgram program =
        RegressionProgram.of(1000)
            .withEvaluation(
                Optional.of(
                    () -> {
                      throw new IllegalStateException("no test images");
                    }));
    assertThatThrownBy(() -> outcomes(program, training(ASYNC, 10, Optional.empty()), 1, 1))
        .hasMessageContaining("evaluation failed: java.lang.IllegalStateException: no test images");
  }

  private static List<WorkerOutcome> outcomes(
      RegressionProgram program, Training training, int numServers, int numWorkers)
      throws InterruptedException, ExecutionException {
    try (LocalTraining run =
        new LocalTraining(program, training, numServers, numWorkers, Optional.empty())) {
      return run.run();
    }
  }

  private static Training training(
      Consistency consistency, long evaluateEverySteps, Optional<StopAt> stopAt) {
    return new Training(
        consistency,
        42,
        WireFormat.FLOAT32,
        CheckpointPlan.DEFAULT,
        stopAt,
        evaluateEverySteps,
        Optional.empty(),
        60,
        2,
        Training.DEFAULT.transport(),
        Training.DEFAULT.tls(),
        false,
        Training.DEFAULT.replicas(),
        Training.DEFAULT.engine());
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(60, TimeUnit.SECONDS)) {
        throw new AssertionError("not reached within 60 s");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
