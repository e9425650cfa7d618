package gradwire.transport.grpc;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.cluster.HostPort;
import gradwire.cluster.ServerAddress;
import gradwire.config.Transport;
import gradwire.error.UsageException;
import gradwire.server.ParameterServer;
import gradwire.transport.LineBrokenException;
import gradwire.transport.OpenRequest;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A wish that cannot be met ends in words. */
final class WishedTransportTest {
  private final ParameterServer server = new ParameterServer("ps-0", Optional.empty());
  private final GrpcShardServer grpc =
      new GrpcShardServer(
          "ps-0", new HostPort("127.0.0.1", 0), ServerOptions.PLAIN, server.service());
  private final CallerLoop loop = new CallerLoop();

  @AfterEach
  void close() {
    loop.close();
    grpc.close();
    server.close();
  }

  @Test
  void aUnixSocketThatIsNotThereIsSaidToBe() {
    HostPort network = grpc.address().network();
    assertThatThrownBy(() -> connect(ServerAddress.of(network), Transport.UDS))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "training.transport: expected a server with a Unix domain socket on this host, got"
                + " ps-0 ("
                + network
                + ") without one; use auto or tcp");
    ServerAddress gone = new ServerAddress(network, Optional.of("no-such-socket"));
    assertThatThrownBy(() -> connect(gone, Transport.UDS))
        .isInstanceOf(LineBrokenException.class)
        .hasMessageStartingWith("ps-0 (" + network + "): could not connect to its Unix domain");
  }

  @Test
  void vectorsThatCannotBeSharedAreSaidToBe() {
    StressJob job = new StressJob(true, 1, 4, 1);
    try (GrpcShardConnection line = connect(grpc.address(), Transport.SHM)) {
      assertThatThrownBy(
              () ->
                  line.open(
                      new OpenRequest(0, 1, 0, 7, Optional.of(job.settings()), Optional.empty())))
          .isInstanceOf(UsageException.class)
          .hasMessageStartingWith(
              "training.transport: expected a server that can map this worker's")
          .hasMessageContaining(": the engine's vectors are not in memory that can be shared; use");
    }
  }

  private GrpcShardConnection connect(ServerAddress address, Transport transport) {
    return new GrpcShardConnection(
        "ps-0",
        address,
        loop,
        new ConnectionOptions(transport, Optional.empty(), Duration.ofSeconds(10)));
  }
}
