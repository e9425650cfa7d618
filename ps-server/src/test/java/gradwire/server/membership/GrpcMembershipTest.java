package gradwire.server.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.cluster.HostPort;
import gradwire.cluster.ServerAddress;
import gradwire.config.Transport;
import gradwire.error.GradwireException;
import gradwire.membership.Assignment;
import gradwire.membership.Member;
import gradwire.membership.MembershipPlan;
import gradwire.membership.Moves;
import gradwire.server.ParameterServer;
import gradwire.transport.LineBrokenException;
import gradwire.transport.grpc.ConnectionOptions;
import gradwire.transport.grpc.GrpcMembership;
import gradwire.transport.grpc.GrpcShardServer;
import gradwire.transport.grpc.ServerOptions;
import gradwire.transport.grpc.ServerPings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A real coordinator, and workers' real lines to it. */
final class GrpcMembershipTest {
  private static final MembershipPlan PLAN = new MembershipPlan(2, 2, 400, Moves.WHEN_GONE);
  private static final long LONG_MILLIS = 20_000;

  @TempDir Path folder;
  private volatile @Nullable Host host;

  /** A server's process, as far as it matters here. */
  private static final class Host implements AutoCloseable {
    final ParameterServer server = new ParameterServer("ps-0", Optional.empty());
    final CoordinatorService coordinator;
    final GrpcShardServer grpc;

    Host(Path file) {
      coordinator = CoordinatorService.on(file, 0);
      grpc =
          new GrpcShardServer(
              "ps-0",
              new HostPort("127.0.0.1", 0),
              ServerOptions.PLAIN.coordinating(coordinator),
              server.service());
    }

    @Override
    public void close() {
      grpc.close();
      coordinator.close();
      server.close();
    }
  }

  private Host start() {
    Host started = new Host(folder.resolve("membership"));
    host = started;
    return started;
  }

  private void stop() {
    Host present = host;
    host = null;
    if (present != null) {
      present.close();
    }
  }

  @AfterEach
  void close() {
    stop();
  }

  private ServerAddress address() {
    Host present = host;
    if (present == null) {
      throw new LineBrokenException("no server", new IOException("none"));
    }
    return present.grpc.address();
  }

  private GrpcMembership worker(int index, int incarnation) {
    return worker(index, incarnation, Transport.AUTO, Duration.ofSeconds(20));
  }

  private GrpcMembership worker(
      int index, int incarnation, Transport transport, Duration patience) {
    return new GrpcMembership(
        "ps-0",
        this::address,
        new Member(index, incarnation, 100L * index + incarnation),
        PLAN,
        new ConnectionOptions(transport, Optional.empty(), patience, Duration.ofSeconds(2)));
  }

  private static Assignment first(GrpcMembership worker) {
    return worker.awaitNewerThan(-1, LONG_MILLIS);
  }

  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"TCP", "UDS", "AUTO"})
  void aWorkerJoinsOverAnyTransport(Transport transport) {
    start();
    try (GrpcMembership zero = worker(0, 0, transport, Duration.ofSeconds(20))) {
      assertThat(first(zero).incarnations()).isEqualTo(Map.of(0, 0));
    }
  }

  @Test
  void whoFallsSilentIsReplacedAndTheReplacementHearsOfIt() {
    start();
    try (GrpcMembership zero = worker(0, 0)) {
      Assignment alone = first(zero);
      GrpcMembership one = worker(1, 0);
      assertThat(first(one).incarnations()).isEqualTo(Map.of(1, 0));
      one.close();
      Assignment both = zero.awaitNewerThan(alone.version(), LONG_MILLIS);
      assertThat(both.incarnations()).isEqualTo(Map.of(0, 0, 1, 1));
    }
  }

  @Test
  void whoLeavesIsReplacedBeforeItsLeaseEnds() {
    start();
    try (GrpcMembership zero = worker(0, 0);
        GrpcMembership one = worker(1, 0)) {
      Assignment alone = first(zero);
      first(one);
      one.leave();
      assertThat(zero.awaitNewerThan(alone.version(), LONG_MILLIS).incarnations())
          .isEqualTo(Map.of(0, 0, 1, 1));
    }
  }

  @Test
  void aSpareIsToldThatAllIsDone() {
    start();
    try (GrpcMembership zero = worker(0, 0);
        GrpcMembership one = worker(1, 0);
        GrpcMembership spare = worker(2, 0)) {
      first(zero);
      first(one);
      Assignment nothing = first(spare);
      assertThat(nothing.incarnations()).isEmpty();
      assertThat(zero.retire(zero.assignment())).isTrue();
      assertThat(one.retire(one.assignment())).isTrue();
      assertThat(spare.awaitNewerThan(nothing.version(), LONG_MILLIS)).isEqualTo(nothing);
      assertThat(spare.isFinished()).isTrue();
    }
  }

  @Test
  void aWorkerFindsItsCoordinatorAgainAndNothingHasChanged() {
    Host first = start();
    HostPort old = first.grpc.address().network();
    try (GrpcMembership zero = worker(0, 0);
        GrpcMembership one = worker(1, 0)) {
      Assignment before = first(zero);
      first(one);
      stop();
      assertThat(zero.assignment()).isEqualTo(before);
      assertThat(start().grpc.address().network()).isNotEqualTo(old);
      one.leave();
      assertThat(zero.awaitNewerThan(before.version(), LONG_MILLIS).incarnations())
          .isEqualTo(Map.of(0, 0, 1, 1));
    }
  }

  @Test
  void aProcessThatALaterOneHasReplacedIsTurnedAwayByName() {
    start();
    try (GrpcMembership old = worker(0, 0)) {
      Assignment before = first(old);
      try (GrpcMembership later = worker(0, 1)) {
        assertThat(first(later).incarnations()).isEqualTo(Map.of(0, 1));
        assertThatThrownBy(() -> old.awaitNewerThan(before.version(), LONG_MILLIS))
            .isInstanceOf(GradwireException.class)
            .hasMessageStartingWith("ps-0 (127.0.0.1:")
            .hasMessageEndingWith(
                "worker-0 incarnation 0: expected incarnation 1, as another process of this worker"
                    + " has joined; end this one");
      }
    }
  }

  @Test
  void whoNeverReachesTheCoordinatorIsToldSoInTime() {
    try (GrpcMembership zero = worker(0, 0, Transport.AUTO, Duration.ofMillis(300))) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 100; i++) {
                  zero.awaitNewerThan(-1, 100);
                }
              })
          .isInstanceOf(GradwireException.class)
          .hasMessage(
              "ps-0: waited 0 s for it to say which replicas worker-0 incarnation 0 computes (no"
                  + " server); is it running? see its log");
    }
  }

  @Test
  void aServerAnswersPingsOverItsSocketAndOverTcpUntilItEnds() {
    Host present = start();
    ServerAddress local = present.grpc.address();
    ServerAddress network = ServerAddress.of(local.network());
    try (ServerPings pings = new ServerPings(Optional.empty())) {
      Duration limit = Duration.ofSeconds(10);
      assertThat(pings.awaitAnswers(Set.of(local, network), limit))
          .containsExactlyInAnyOrder(local, network);
      assertThat(pings.awaitAnswers(Set.of(local), limit)).containsExactly(local);
      stop();
      assertThat(pings.awaitAnswers(Set.of(local, network), limit)).isEmpty();
    }
  }
}
