package gradwire.training;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.config.Consistency;
import gradwire.config.Transport;
import gradwire.run.MetricsRecord;
import gradwire.run.MetricsTail;
import gradwire.run.Outcome;
import gradwire.worker.step.WorkerCounters;
import gradwire.worker.step.WorkerOutcome;
import gradwire.worker.step.WorkerRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Replicas that go from worker to worker in the middle of a run. */
final class MovingReplicasTest {
  private static final int NUM_REPLICAS = 4;
  private static final int NUM_WORKERS = 3;
  private static final long NUM_STEPS = 60;
  private static final Consistency SYNC = new Consistency.Sync(OptionalInt.empty());
  private static final WideProgram.Before NOTHING = (worker, replica, step) -> {};

  @TempDir Path root;

  private int numRuns;

  private ElasticCluster.Job job(
      WideProgram program, Consistency consistency, int numWorkers, Optional<Transport> transport) {
    return new ElasticCluster.Job(
        program,
        consistency,
        NUM_REPLICAS,
        numWorkers,
        2,
        transport,
        root.resolve("run" + numRuns++));
  }

  private static WideProgram small(WideProgram.Before before) {
    return new WideProgram(NUM_STEPS, 16, before);
  }

  private String undisturbed(int floatsPerLayer, long steps) throws Exception {
    WideProgram program = new WideProgram(steps, floatsPerLayer, NOTHING);
    try (ElasticCluster cluster =
        new ElasticCluster(
            job(program, SYNC, 1, Optional.empty()), new LocalCoordinator(NUM_REPLICAS, 1))) {
      return sha256(cluster.run());
    }
  }

  /** The chief's, whoever that was at the end. */
  private static String sha256(List<WorkerOutcome> outcomes) {
    List<String> hashes =
        outcomes.stream()
            .map(WorkerOutcome::parametersSha256)
            .filter(hash -> !hash.isEmpty())
            .toList();
    assertThat(hashes).hasSize(1);
    return hashes.getFirst();
  }

  private static void expectEachOnce(ElasticCluster cluster, List<WorkerOutcome> outcomes)
      throws InterruptedException {
    long acknowledged = outcomes.stream().mapToLong(it -> it.counters().applied()).sum();
    long attempted = outcomes.stream().mapToLong(it -> it.counters().attempted()).sum();
    assertThat(acknowledged).isEqualTo(attempted);
    expectWhatIsAcknowledged(cluster, acknowledged);
  }

  /**
   * As {@link #expectEachOnce}, where timing decides which push is the last: of each replica, one
   * that was fenced off because the replica moved is not sent again if the run is over by then.
   */
  private static void expectEachOnceUntilTheEnd(
      ElasticCluster cluster, List<WorkerOutcome> outcomes) throws InterruptedException {
    long acknowledged = 0;
    int numReplicas = 0;
    for (WorkerOutcome outcome : outcomes) {
      for (WorkerCounters.Turn turn : outcome.counters().replicas().values()) {
        long applied = turn.counters().applied();
        assertThat(turn.counters().attempted()).isBetween(applied, applied + 1);
        acknowledged += applied;
        numReplicas++;
      }
    }
    assertThat(numReplicas).isEqualTo(NUM_REPLICAS);
    expectWhatIsAcknowledged(cluster, acknowledged);
  }

  private static void expectWhatIsAcknowledged(ElasticCluster cluster, long acknowledged)
      throws InterruptedException {
    assertThat(List.of(cluster.applied(0), cluster.applied(1))).containsOnly(acknowledged);
  }

  /** Moves some replica to some worker at every tenth batch or so, each batch once. */
  private static final class RandomMoves implements WideProgram.Before {
    private final long seed;
    private final int numWorkers;
    private final LocalCoordinator coordinator;
    private final Map<List<Long>, Boolean> seen = new ConcurrentHashMap<>();

    RandomMoves(long seed, int numWorkers, LocalCoordinator coordinator) {
      this.seed = seed;
      this.numWorkers = numWorkers;
      this.coordinator = coordinator;
    }

    @Override
    public void at(int worker, int replica, long step) {
      Random random = new Random(seed * 1_000_003 + step * NUM_REPLICAS + replica);
      if (random.nextInt(10) == 0 && seen.put(List.of((long) replica, step), true) == null) {
        coordinator.move(random.nextInt(NUM_REPLICAS), random.nextInt(numWorkers));
      }
    }
  }

  static Stream<Optional<Transport>> carriers() {
    return Stream.of(Optional.empty(), Optional.of(Transport.SHM), Optional.of(Transport.TCP));
  }

  @ParameterizedTest
  @MethodSource("carriers")
  void inSyncModeTheBitsAreThoseOfARunInWhichNothingMoves(Optional<Transport> carrier)
      throws Exception {
    for (int floatsPerLayer : new int[] {16, 210_000}) {
      long steps = floatsPerLayer == 16 ? NUM_STEPS : 15;
      String expected = undisturbed(floatsPerLayer, steps);
      for (long seed = 1; seed <= 3; seed++) {
        LocalCoordinator coordinator = new LocalCoordinator(NUM_REPLICAS, NUM_WORKERS);
        WideProgram program =
            new WideProgram(steps, floatsPerLayer, new RandomMoves(seed, NUM_WORKERS, coordinator));
        try (ElasticCluster cluster =
            new ElasticCluster(job(program, SYNC, NUM_WORKERS, carrier), coordinator)) {
          List<WorkerOutcome> outcomes = cluster.run();
          assertThat(sha256(outcomes)).as("seed " + seed).isEqualTo(expected);
          assertThat(coordinator.numMoves()).as("seed " + seed).isPositive();
          expectEachOnce(cluster, outcomes);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 2})
  void withoutStepsInCommonEveryPushCountsOnceAllTheSame(int maxLagSteps) throws Exception {
    Consistency consistency =
        maxLagSteps < 0 ? new Consistency.Async() : new Consistency.Ssp(maxLagSteps);
    for (Optional<Transport> carrier : carriers().toList()) {
      for (long seed = 1; seed <= 3; seed++) {
        LocalCoordinator coordinator = new LocalCoordinator(NUM_REPLICAS, NUM_WORKERS);
        WideProgram program =
            new WideProgram(300, 16, new RandomMoves(seed, NUM_WORKERS, coordinator));
        try (ElasticCluster cluster =
            new ElasticCluster(job(program, consistency, NUM_WORKERS, carrier), coordinator)) {
          List<WorkerOutcome> outcomes = cluster.run();
          assertThat(coordinator.numMoves()).as("seed " + seed).isPositive();
          expectEachOnceUntilTheEnd(cluster, outcomes);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("carriers")
  void anOwnerThatWakesAfterItsReplicaHasMovedIsFencedOffAndGoesOnWithWhatItHas(
      Optional<Transport> carrier) throws Exception {
    expectGoesOnWithout(1, carrier);
  }

  @ParameterizedTest
  @MethodSource("carriers")
  void aChiefThatWakesAfterItsReplicaHasMovedIsAWorkerLikeTheOthers(Optional<Transport> carrier)
      throws Exception {
    expectGoesOnWithout(0, carrier);
  }

  /** The replica's home does not hear that it has moved, but for a server's refusal. */
  private void expectGoesOnWithout(int moved, Optional<Transport> carrier) throws Exception {
    String expected = undisturbed(16, NUM_STEPS);
    LocalCoordinator coordinator = new LocalCoordinator(NUM_REPLICAS, 2);
    int other = 1 - moved;
    CountDownLatch takenOver = new CountDownLatch(1);
    AtomicReference<Boolean> wentOn = new AtomicReference<>(false);
    WideProgram program =
        small(
            (worker, replica, step) -> {
              if (worker == moved && replica == moved && step == 20) {
                coordinator.seat(moved).setDeaf(true);
                coordinator.move(moved, other);
                await(takenOver);
              }
              if (worker == other && replica == moved) {
                takenOver.countDown();
              }
              if (worker == moved && replica == moved + 2 && step == 40) {
                wentOn.set(true);
                coordinator.seat(moved).setDeaf(false);
              }
            });
    try (ElasticCluster cluster = new ElasticCluster(job(program, SYNC, 2, carrier), coordinator)) {
      List<WorkerOutcome> outcomes = cluster.run();
      assertThat(sha256(outcomes)).isEqualTo(expected);
      assertThat(wentOn.get()).isTrue();
      assertThat(outcomes.get(moved).counters().replicas()).hasSize(1);
      expectEachOnce(cluster, outcomes);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"SHM", "TCP"})
  void whoeverHasSeveralReplicasGoesOnWithAllWhenItsLinesBreak(Transport carrier) throws Exception {
    expectSameBits(carrier, new LocalCoordinator(NUM_REPLICAS, 2), Set.of(20L), Set.of());
  }

  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"SHM", "TCP"})
  void whoeverKeepsAReplicaGoesOnWithItThoughItsLinesHadBroken(Transport carrier) throws Exception {
    LocalCoordinator coordinator = new LocalCoordinator(NUM_REPLICAS, 2);
    expectSameBits(carrier, coordinator, Set.of(20L), Set.of(30L));
    assertThat(coordinator.ownerOf(1)).isZero();
  }

  /**
   * @param breaks steps at which the lines to server 1 break
   * @param moves steps at which replica 1 comes to worker 0
   */
  private void expectSameBits(
      Transport carrier, LocalCoordinator coordinator, Set<Long> breaks, Set<Long> moves)
      throws Exception {
    String expected = undisturbed(16, NUM_STEPS);
    AtomicReference<ElasticCluster> running = new AtomicReference<>();
    WideProgram program =
        small(
            (worker, replica, step) -> {
              if (replica == 0 && breaks.contains(step)) {
                running.get().breakLines(1);
              }
              if (replica == 0 && moves.contains(step)) {
                coordinator.move(1, 0);
              }
            });
    try (ElasticCluster cluster =
        new ElasticCluster(job(program, SYNC, 2, Optional.of(carrier)), coordinator)) {
      running.set(cluster);
      List<WorkerOutcome> outcomes = cluster.run();
      assertThat(sha256(outcomes)).isEqualTo(expected);
      expectEachOnce(cluster, outcomes);
    }
  }

  @Test
  void theChiefMovesAndItsDutiesGoOn() throws Exception {
    String expected = undisturbed(16, NUM_STEPS);
    LocalCoordinator coordinator = new LocalCoordinator(NUM_REPLICAS, NUM_WORKERS);
    WideProgram program =
        small(
            (worker, replica, step) -> {
              if (replica == 3 && (step == 15 || step == 35)) {
                coordinator.move(0, step == 15 ? 2 : 1);
              }
            });
    ElasticCluster.Job job = job(program, SYNC, NUM_WORKERS, Optional.of(Transport.AUTO));
    try (ElasticCluster cluster = new ElasticCluster(job, coordinator)) {
      List<WorkerOutcome> outcomes = cluster.run();
      assertThat(sha256(outcomes)).isEqualTo(expected);
      assertThat(outcomes.get(1).parametersSha256()).isEqualTo(expected);
      List<Long> evaluated =
          MetricsTail.readAll(job.folder().resolve("metrics.jsonl")).stream()
              .filter(line -> line.numbers().containsKey("firstWeight"))
              .map(MetricsRecord::step)
              .toList();
      assertThat(evaluated).containsExactlyInAnyOrder(10L, 20L, 30L, 40L, 50L, 60L);
    }
  }

  @ParameterizedTest
  @MethodSource("carriers")
  void aWorkerLeavesAndAnotherComes(Optional<Transport> carrier) throws Exception {
    String expected = undisturbed(16, NUM_STEPS);
    LocalCoordinator coordinator = new LocalCoordinator(NUM_REPLICAS, 2);
    AtomicReference<WorkerRun> leaving = new AtomicReference<>();
    CountDownLatch hasCome = new CountDownLatch(1);
    AtomicReference<ElasticCluster> running = new AtomicReference<>();
    WideProgram program =
        small(
            (worker, replica, step) -> {
              if (worker == 1 && step == 20) {
                leaving.get().requestLeave();
              }
              if (worker == 0 && replica == 2 && step == 40 && hasCome.getCount() > 0) {
                hasCome.countDown();
                coordinator.addWorker();
                running.get().start();
                coordinator.move(2, 2);
              }
            });
    try (ElasticCluster cluster = new ElasticCluster(job(program, SYNC, 2, carrier), coordinator)) {
      running.set(cluster);
      leaving.set(cluster.prepare(1));
      List<WorkerOutcome> outcomes = cluster.run();
      assertThat(outcomes).hasSize(3);
      assertThat(outcomes.stream().map(WorkerOutcome::ending))
          .containsExactly(Outcome.SUCCEEDED, Outcome.LEFT, Outcome.SUCCEEDED);
      assertThat(sha256(outcomes)).isEqualTo(expected);
      assertThat(outcomes.get(1).counters().replicas()).isEmpty();
      assertThat(outcomes.get(2).counters().replicas()).hasSize(1);
      expectEachOnce(cluster, outcomes);
    }
  }

  /** The end of a worker's process, as far as a thread can have one. */
  private static final class Death extends Error {
    private static final long serialVersionUID = 1L;
  }

  @ParameterizedTest
  @MethodSource("carriers")
  void whoWaitsForADeadWorkersGradientTakesItsReplicaOver(Optional<Transport> carrier)
      throws Exception {
    String expected = undisturbed(16, NUM_STEPS);
    for (int victim = 0; victim < NUM_WORKERS; victim++) {
      int dying = victim;
      LocalCoordinator coordinator = new LocalCoordinator(NUM_REPLICAS, NUM_WORKERS);
      CountDownLatch othersWait = new CountDownLatch(NUM_WORKERS - 1);
      AtomicReference<ElasticCluster> running = new AtomicReference<>();
      WideProgram program =
          small(
              (worker, replica, step) -> {
                if (worker == dying && step == 20) {
                  await(othersWait);
                  running.get().expectDeath(dying);
                  coordinator.moveAllOf(dying);
                  throw new Death();
                }
                if (worker != dying && step == 21) {
                  othersWait.countDown(); // fetched ahead: its pushes of the step before are out
                }
              });
      try (ElasticCluster cluster =
          new ElasticCluster(job(program, SYNC, NUM_WORKERS, carrier), coordinator)) {
        running.set(cluster);
        List<WorkerOutcome> outcomes = cluster.run();
        assertThat(outcomes).hasSize(NUM_WORKERS - 1);
        assertThat(sha256(outcomes)).isEqualTo(expected);
        expectEachOnce(cluster, outcomes);
      }
    }
  }

  @Test
  void whoeverHasNothingToDoEndsWithTheRun() throws Exception {
    LocalCoordinator coordinator = new LocalCoordinator(NUM_REPLICAS, 6);
    try (ElasticCluster cluster =
        new ElasticCluster(
            job(small(NOTHING), SYNC, 6, Optional.of(Transport.AUTO)), coordinator)) {
      List<WorkerOutcome> outcomes = cluster.run();
      assertThat(outcomes).hasSize(6);
      assertThat(outcomes.get(5).ending()).isEqualTo(Outcome.SUCCEEDED);
      assertThat(outcomes.get(5).counters().replicas()).isEmpty();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(30, TimeUnit.SECONDS)) {
        throw new AssertionError("not reached within 30 s");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
