package gradwire.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.cluster.HostPort;
import gradwire.server.ParameterServer;
import gradwire.tensor.Floats;
import gradwire.transport.OpenRequest;
import gradwire.transport.ShardConnection;
import gradwire.transport.grpc.FrameOutput.Carriage;
import gradwire.transport.grpc.StressServer.Carrier;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Memory lent to the socket arrives as it is, or the call fails. */
@Timeout(60)
final class LentMemoryTest {
  /** Around what is copied instead, around a frame, and odd. */
  private static final int[] NUM_FLOATS = {
    4095, 4096, 4097, 5003, 262_143, 262_144, 262_145, 300_007
  };

  @ParameterizedTest
  @EnumSource(
      value = Carrier.class,
      names = {"TCP", "UDS", "TLS"})
  void everyBitArrivesBothWays(Carrier carrier, @TempDir Path folder) throws Exception {
    everyBitArrives(carrier, false, TestKeys.create(folder));
  }

  /** In synchronous training the shard's weights are lent as gradients are. */
  @ParameterizedTest
  @EnumSource(
      value = Carrier.class,
      names = {"TCP", "UDS", "TLS"})
  void everyBitOfLentWeightsArrives(Carrier carrier, @TempDir Path folder) throws Exception {
    everyBitArrives(carrier, true, TestKeys.create(folder));
  }

  private static void everyBitArrives(Carrier carrier, boolean isSync, TlsFiles keys)
      throws Exception {
    for (int numFloats : NUM_FLOATS) {
      try (StressServer server =
              new StressServer(carrier, keys, 0, Troubles.none(), Troubles.none());
          CallerLoop loop = new CallerLoop();
          ShardConnection line = server.connect(loop, List.of())) {
        StressJob job = new StressJob(isSync, 1, numFloats, 0);
        MemorySegment sent = randomFloats(numFloats);
        MemorySegment received = Floats.allocate(Arena.ofAuto(), numFloats);

        line.open(new OpenRequest(0, 1, 0, 7, Optional.of(job.settings()), Optional.empty()));
        line.initialize(sent);
        line.pull(received);
        line.awaitWeights();

        assertThat(received.mismatch(sent)).as(numFloats + " floats").isEqualTo(-1);
        line.leave();
      }
    }
  }

  private static MemorySegment randomFloats(int numFloats) {
    SplittableRandom random = new SplittableRandom(numFloats);
    MemorySegment floats = Floats.allocate(Arena.ofAuto(), numFloats);
    for (int i = 0; i < numFloats; i++) {
      floats.setAtIndex(ValueLayout.JAVA_INT, i, random.nextInt() & 0xBFFFFFFF); // finite
    }
    return floats;
  }

  @Test
  void aChannelThatCannotLendFailsTheCall() throws Exception {
    try (ParameterServer server = new ParameterServer("ps-0", Optional.empty());
        GrpcShardServer grpc =
            new GrpcShardServer(
                "ps-0", new HostPort("127.0.0.1", 0), ServerOptions.PLAIN, server.service())) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", grpc.address().network().port())
              .usePlaintext()
              .build();
      try {
        assertThat(exchanged(channel).getCode()).isEqualTo(Status.Code.CANCELLED);
      } finally {
        channel.shutdownNow();
      }
    }
  }

  /** How a call ends that sends lent memory; no message of the server's may come before. */
  private static Status exchanged(ManagedChannel channel) throws Exception {
    CompletableFuture<Boolean> begun = new CompletableFuture<>();
    CompletableFuture<Status> ended = new CompletableFuture<>();
    ClientCall<InputStream, InputStream> call =
        channel.newCall(Methods.EXCHANGE, CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onHeaders(Metadata headers) {
            begun.complete(true);
          }

          @Override
          public void onMessage(InputStream message) {
            ended.completeExceptionally(new AssertionError("the server answered"));
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            ended.complete(status);
          }
        },
        new Metadata());
    call.request(1);
    assertThat(begun.get(30, TimeUnit.SECONDS)).isTrue();
    Frame frame =
        new Frame(
            Frame.Kind.INITIALIZE,
            0,
            0,
            0,
            0,
            0,
            gradwire.transport.Outcome.NONE,
            0,
            5003,
            1,
            false,
            randomFloats(5003));
    call.sendMessage(new FrameOutput(frame, Carriage.LENT));
    return ended.get(30, TimeUnit.SECONDS);
  }
}
