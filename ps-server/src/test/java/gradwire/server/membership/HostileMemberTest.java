package gradwire.server.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.cluster.HostPort;
import gradwire.server.ParameterServer;
import gradwire.transport.grpc.GrpcShardServer;
import gradwire.transport.grpc.ServerOptions;
import gradwire.transport.grpc.proto.BeatRequest;
import gradwire.transport.grpc.proto.JoinRequest;
import gradwire.transport.grpc.proto.MemberId;
import gradwire.transport.grpc.proto.MembershipGrpc;
import gradwire.transport.grpc.proto.MovePolicy;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What generated code of any language may send to a coordinator. */
final class HostileMemberTest {
  private final ParameterServer server = new ParameterServer("ps-0", Optional.empty());
  private final CoordinatorService coordinator = CoordinatorService.inMemory();
  private final GrpcShardServer grpc =
      new GrpcShardServer(
          "ps-0",
          new HostPort("127.0.0.1", 0),
          ServerOptions.PLAIN.coordinating(coordinator),
          server.service());
  private final ManagedChannel channel =
      NettyChannelBuilder.forAddress("127.0.0.1", grpc.address().network().port())
          .usePlaintext()
          .build();
  private final MembershipGrpc.MembershipBlockingStub stub =
      MembershipGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);

  @AfterEach
  void close() {
    channel.shutdownNow();
    grpc.close();
    coordinator.close();
    server.close();
  }

  @Test
  void absurdJoinsAreRefusedInWordsAndChangeNothing() {
    assertRefused(join -> join.setNumWorkers(0), "num_workers: expected 1 to 100000, got 0");
    assertRefused(join -> join.setNumWorkers(-1), "num_workers: expected 1 to 100000, got -1");
    assertRefused(
        join -> join.setNumReplicas(2_000_000_000), "num_replicas: expected 1 to 100000, got 2000");
    assertRefused(join -> join.setLeaseMillis(1), "lease_millis: expected 200 to 3600000, got 1");
    assertRefused(join -> join.setLeaseMillis(-1), "lease_millis: expected 200 to 3600000, got -1");
    assertRefused(join -> join.setMovesValue(9), "moves: expected a known policy, got number 9");
    assertRefused(
        join -> join.setMember(member(-5, 0)), "worker: expected at most half of its range, got");
    assertRefused(
        join -> join.setMember(member(0, -1)), "incarnation: expected at most half of its range");
    assertRefused(join -> join.setMember(member(4, 0)), "expected an index below 4");
    assertThat(stub.join(request().setNumWorkers(1).build()).getAssignment().getIncarnationsMap())
        .containsOnlyKeys(0, 1);
    assertRefused(join -> join, "expected a worker of this job (2 replicas on 1 workers");
  }

  @Test
  void absurdBeatsAreRefusedAndStrangersAreToldToJoin() {
    assertThat(stub.beat(BeatRequest.getDefaultInstance()).getKnown()).isFalse();
    stub.join(request().build());
    assertThat(stub.beat(BeatRequest.newBuilder().setMember(member(1, 0)).build()).getKnown())
        .isFalse();
    assertThatThrownBy(() -> stub.beat(beat().setKnown(-1).build())).hasMessageContaining("known:");
    assertThatThrownBy(() -> stub.beat(beat().setStep(-1).build())).hasMessageContaining("step:");
    assertThatThrownBy(() -> stub.beat(beat().setIntentValue(7).build()))
        .hasMessageContaining("intent: expected a known one, got number 7");
    assertThatThrownBy(() -> stub.beat(beat().setNanosPerGradient(-1).build()))
        .hasMessageContaining("nanos_per_gradient:");
    assertThatThrownBy(
            () -> stub.beat(beat().setMember(member(0, 0).toBuilder().setSession(5)).build()))
        .hasMessageContaining("another process of this worker has joined");
    assertThat(stub.beat(beat().build()).getKnown()).isTrue();
  }

  private static MemberId member(int worker, int incarnation) {
    return MemberId.newBuilder().setWorker(worker).setIncarnation(incarnation).build();
  }

  private static BeatRequest.Builder beat() {
    return BeatRequest.newBuilder().setMember(member(0, 0));
  }

  private static JoinRequest.Builder request() {
    return JoinRequest.newBuilder()
        .setMember(member(0, 0))
        .setNumWorkers(2)
        .setNumReplicas(2)
        .setLeaseMillis(2_000)
        .setMoves(MovePolicy.MOVE_WHEN_GONE);
  }

  private void assertRefused(UnaryOperator<JoinRequest.Builder> change, String reason) {
    assertThatThrownBy(() -> stub.join(change.apply(request()).build()))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageStartingWith("FAILED_PRECONDITION: ")
        .hasMessageContaining(reason);
  }
}
