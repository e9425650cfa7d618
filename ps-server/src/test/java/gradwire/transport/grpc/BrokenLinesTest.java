package gradwire.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.GradwireException;
import gradwire.transport.ShardConnection;
import gradwire.transport.grpc.SharedFloatsDamage.Direction;
import gradwire.transport.grpc.StressServer.Carrier;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A line that damages everything ends in words; shared floats that change are noticed. */
@Timeout(60)
final class BrokenLinesTest {
  private static final TlsFiles NO_KEYS = TlsFiles.of(Path.of(""));
  private static final StressJob JOB = new StressJob(false, 1, 300_000, 3);

  @ParameterizedTest
  @EnumSource(
      value = Carrier.class,
      names = {"TCP", "UDS", "SHM"})
  void aLineToTheServerThatDamagesEverythingEndsInWords(Carrier carrier) {
    assertEnds(
        carrier, Troubles.allDamaged(), Troubles.none(), ": 301 tensor frames damaged, the last: ");
  }

  @ParameterizedTest
  @EnumSource(
      value = Carrier.class,
      names = {"TCP", "UDS", "SHM"})
  void aLineToTheWorkerThatDamagesEverythingEndsInWords(Carrier carrier) {
    assertEnds(
        carrier,
        Troubles.none(),
        Troubles.allDamaged(),
        "did not take the initial values: DATA_LOSS, 301 tensor frames damaged, the last: ");
  }

  private static void assertEnds(
      Carrier carrier, Troubles toServer, Troubles toWorkers, String reason) {
    try (StressServer server = new StressServer(carrier, NO_KEYS, 1, toServer, toWorkers);
        StressWorker worker = new StressWorker(JOB, 0, 1);
        CallerLoop loop = new CallerLoop();
        ShardConnection line = server.connect(0, loop)) {
      assertThatThrownBy(() -> worker.train(line))
          .isInstanceOf(GradwireException.class)
          .hasMessageStartingWith("ps-0 (127.0.0.1:")
          .hasMessageContaining(reason)
          .hasMessageEndingWith("; is the network sound?");
    }
  }

  @ParameterizedTest
  @EnumSource(Direction.class)
  void floatsThatChangeBehindTheirChecksumAreSentAgain(Direction direction) {
    try (StressServer server =
            new StressServer(Carrier.SHM, NO_KEYS, 1, Troubles.none(), Troubles.none());
        StressWorker worker = new StressWorker(JOB, 0, 1);
        CallerLoop loop = new CallerLoop()) {
      SharedFloatsDamage damage = new SharedFloatsDamage(direction, worker);
      try (ShardConnection line = server.connect(loop, List.of(damage))) {
        assertThat(worker.train(line)).isEqualTo(JOB.sumOfAll());
      }
      assertThat(damage.numResends()).isEqualTo(1);
    }
  }
}
