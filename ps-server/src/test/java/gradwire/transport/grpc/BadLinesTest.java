package gradwire.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.transport.ShardConnection;
import gradwire.transport.grpc.Disorder.Fate;
import gradwire.transport.grpc.StressServer.Carrier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Training over lines that shuffle, repeat, delay, cut and corrupt frames in both directions:
 * nothing is lost, nothing counted twice, no bit is different.
 */
@Timeout(120)
final class BadLinesTest {
  /** Another: {@code -Dgradwire.stress.seed=N}. */
  private static final long SEED = Long.getLong("gradwire.stress.seed", 20_261_123);

  private static final StressJob SMALL_SYNC = new StressJob(true, 2, 1021, 150);
  private static final StressJob LARGE_SYNC = new StressJob(true, 2, 700_001, 12);
  private static final StressJob SMALL_ASYNC = new StressJob(false, 3, 1021, 150);
  private static final StressJob LARGE_ASYNC = new StressJob(false, 3, 700_001, 12);

  @TempDir private static Path folder;
  private static TlsFiles keys = TlsFiles.of(Path.of(""));

  @BeforeAll
  static void makeKeys() throws Exception {
    keys = TestKeys.create(folder);
  }

  @ParameterizedTest
  @EnumSource(Carrier.class)
  void synchronousTrainingOfAFrameEndsAtTheSameBits(Carrier carrier) throws Exception {
    assertThat(disturbed(SMALL_SYNC, carrier)).isEqualTo(undisturbed(SMALL_SYNC));
  }

  @ParameterizedTest
  @EnumSource(Carrier.class)
  void synchronousTrainingOfManyFramesEndsAtTheSameBits(Carrier carrier) throws Exception {
    assertThat(disturbed(LARGE_SYNC, carrier)).isEqualTo(undisturbed(LARGE_SYNC));
  }

  @ParameterizedTest
  @EnumSource(Carrier.class)
  void asynchronousTrainingOfAFrameAppliesEachGradientOnce(Carrier carrier) throws Exception {
    assertThat(disturbed(SMALL_ASYNC, carrier)).isEqualTo(SMALL_ASYNC.sumOfAll());
  }

  @ParameterizedTest
  @EnumSource(Carrier.class)
  void asynchronousTrainingOfManyFramesAppliesEachGradientOnce(Carrier carrier) throws Exception {
    assertThat(disturbed(LARGE_ASYNC, carrier)).isEqualTo(LARGE_ASYNC.sumOfAll());
  }

  private static float[] disturbed(StressJob job, Carrier carrier) throws Exception {
    Troubles toServer = Troubles.many();
    Troubles toWorkers = Troubles.many();
    System.out.println(job + " over " + carrier + ", seed " + SEED);
    try (StressServer server = new StressServer(carrier, keys, SEED, toServer, toWorkers)) {
      float[] weights = train(job, worker -> trainOver(server, carrier, job, worker));
      System.out.println("to the server " + toServer + ", to workers " + toWorkers);
      for (Fate fate : Fate.values()) {
        assertThat(toServer.count(fate) + toWorkers.count(fate)).as(fate.name()).isPositive();
      }
      return weights;
    }
  }

  private static float[] trainOver(
      StressServer server, Carrier carrier, StressJob job, int worker) {
    try (StressWorker trainee = new StressWorker(job, worker, SEED + worker);
        CallerLoop loop = new CallerLoop();
        ShardConnection line = server.connect(worker, loop)) {
      float[] weights = trainee.train(line);
      assertThat(line.carrier()).isEqualTo(carrier.label());
      return weights;
    }
  }

  private static float[] undisturbed(StressJob job) throws Exception {
    try (StressServer server =
        new StressServer(Carrier.TCP, keys, SEED, Troubles.none(), Troubles.none())) {
      return train(
          job,
          worker -> {
            try (StressWorker trainee = new StressWorker(job, worker, SEED + worker);
                ShardConnection line = server.connectInProcess()) {
              return trainee.train(line);
            }
          });
    }
  }

  /** All workers, each in its thread; returns the chief's weights. */
  private static float[] train(StressJob job, IntFunction<float[]> worker) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(job.numWorkers())) {
      List<Future<float[]>> results = new ArrayList<>();
      for (int i = 0; i < job.numWorkers(); i++) {
        int index = i;
        results.add(threads.submit(() -> worker.apply(index)));
      }
      try {
        assertThat(results).allSatisfy(BadLinesTest::assertSucceeds);
        return results.getFirst().get();
      } finally {
        threads.shutdownNow();
      }
    }
  }

  private static void assertSucceeds(Future<float[]> result) throws Exception {
    assertThat(result.get(100, TimeUnit.SECONDS)).isNotNull();
  }
}
