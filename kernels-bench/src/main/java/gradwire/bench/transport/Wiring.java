package gradwire.bench.transport;

import gradwire.cluster.HostPort;
import gradwire.cluster.ServerAddress;
import gradwire.config.Transport;
import gradwire.tensor.SharedMemory;
import gradwire.transport.ShardConnection;
import gradwire.transport.ShardService;
import gradwire.transport.grpc.CallerLoop;
import gradwire.transport.grpc.ConnectionOptions;
import gradwire.transport.grpc.GrpcShardConnection;
import gradwire.transport.grpc.GrpcShardServer;
import gradwire.transport.grpc.TlsFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** The one place that knows how each carrier's two ends are made. */
final class Wiring {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  /** Names the system property with the folder of the run's keys. */
  static final String KEYS = "gradwire.bench.keys";

  private Wiring() {}

  /** What can be measured here. */
  static Set<Carrier> available() {
    return SharedMemory.isSupported()
        ? EnumSet.allOf(Carrier.class)
        : EnumSet.of(Carrier.TCP, Carrier.TLS);
  }

  /**
   * A server's end.
   *
   * @param address what {@link #connect} takes
   */
  record Served(String address, AutoCloseable server) {}

  /** A worker's end. Belongs to the thread that made it. */
  record Line(ShardConnection connection, CallerLoop loop) implements AutoCloseable {
    @Override
    public void close() {
      connection.close();
      loop.close();
    }
  }

  /** Listens on a free address. */
  static Served serve(Carrier carrier, ShardService service) {
    GrpcShardServer server =
        new GrpcShardServer("ps-0", new HostPort("127.0.0.1", 0), keys(carrier), service);
    return new Served(server.address().toString(), server);
  }

  /** Connects the calling thread. */
  static Line connect(Carrier carrier, String address) {
    CallerLoop loop = new CallerLoop();
    ConnectionOptions options =
        new ConnectionOptions(
            switch (carrier) {
              case TCP, TLS -> Transport.TCP;
              case UDS -> Transport.UDS;
              case SHM -> Transport.SHM;
            },
            keys(carrier),
            TIMEOUT);
    return new Line(
        new GrpcShardConnection("ps-0", ServerAddress.parse("server", address), loop, options),
        loop);
  }

  private static Optional<TlsFiles> keys(Carrier carrier) {
    return carrier == Carrier.TLS
        ? Optional.of(TlsFiles.of(Path.of(System.getProperty(KEYS))))
        : Optional.empty();
  }
}
