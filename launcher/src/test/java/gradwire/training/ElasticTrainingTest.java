package gradwire.training;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.config.Consistency;
import gradwire.config.Transport;
import gradwire.worker.step.WorkerOutcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However many workers compute the replicas. */
final class ElasticTrainingTest {
  static final int NUM_REPLICAS = 4;
  private static final Consistency SYNC = new Consistency.Sync(OptionalInt.empty());

  @TempDir Path root;

  private int numRuns;

  private List<WorkerOutcome> run(
      WideProgram program,
      Consistency consistency,
      int numWorkers,
      int numServers,
      Optional<Transport> transport)
      throws Exception {
    ElasticCluster.Job job =
        new ElasticCluster.Job(
            program,
            consistency,
            NUM_REPLICAS,
            numWorkers,
            numServers,
            transport,
            root.resolve("run" + numRuns++));
    try (ElasticCluster cluster =
        new ElasticCluster(job, new LocalCoordinator(NUM_REPLICAS, numWorkers))) {
      List<WorkerOutcome> outcomes = cluster.run();
      for (int server = 0; server < numServers; server++) {
        assertThat(acknowledged(outcomes)).isEqualTo(cluster.applied(server));
      }
      return outcomes;
    }
  }

  static long acknowledged(List<WorkerOutcome> outcomes) {
    return outcomes.stream().mapToLong(outcome -> outcome.counters().applied()).sum();
  }

  private static WideProgram small(long steps) {
    return new WideProgram(steps, 16, (worker, replica, step) -> {});
  }

  /** Goes in pieces: more than 1 MiB a server. */
  private static WideProgram large(long steps) {
    return new WideProgram(steps, 210_000, (worker, replica, step) -> {});
  }

  @Test
  void theBitsDependNeitherOnTheNumberOfWorkersNorOfServers() throws Exception {
    List<String> hashes = new ArrayList<>();
    for (int numServers : new int[] {1, 3}) {
      for (int numWorkers : new int[] {1, 2, 3, 4, 6}) {
        List<WorkerOutcome> outcomes =
            run(small(40), SYNC, numWorkers, numServers, Optional.empty());
        assertThat(acknowledged(outcomes)).isEqualTo(40L * NUM_REPLICAS);
        hashes.add(outcomes.getFirst().parametersSha256());
      }
    }
    assertThat(hashes).containsOnly(hashes.getFirst()).allMatch(hash -> hash.length() == 64);
  }

  @Test
  void norOnWhatCarriesThemNorWhetherTheyGoInPieces() throws Exception {
    for (WideProgram program : List.of(small(20), large(6))) {
      List<String> hashes = new ArrayList<>();
      hashes.add(hash(run(program, SYNC, 4, 1, Optional.empty())));
      for (Transport transport : List.of(Transport.SHM, Transport.UDS, Transport.TCP)) {
        for (int numWorkers : new int[] {1, 3}) {
          hashes.add(hash(run(program, SYNC, numWorkers, 2, Optional.of(transport))));
        }
      }
      assertThat(hashes).containsOnly(hashes.getFirst());
    }
  }

  private static String hash(List<WorkerOutcome> outcomes) {
    return outcomes.getFirst().parametersSha256();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1, 5})
  void withoutStepsInCommonEveryPushCountsOnce(int maxLagSteps) throws Exception {
    Consistency consistency =
        maxLagSteps < 0 ? new Consistency.Async() : new Consistency.Ssp(maxLagSteps);
    for (int numWorkers : new int[] {1, 3, 6}) {
      for (WideProgram program : List.of(small(100), large(12))) {
        List<WorkerOutcome> outcomes =
            run(program, consistency, numWorkers, 2, Optional.of(Transport.AUTO));
        assertThat(acknowledged(outcomes)).isGreaterThanOrEqualTo(program.trainSteps());
      }
    }
  }
}
