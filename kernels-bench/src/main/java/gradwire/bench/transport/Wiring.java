package gradwire.bench.transport;

import gradwire.cluster.HostPort;
import gradwire.cluster.ServerAddress;
import gradwire.config.Transport;
import gradwire.launcher.RunKeys;
import gradwire.tensor.SharedMemory;
import gradwire.transport.ShardConnection;
import gradwire.transport.ShardService;
import gradwire.transport.grpc.CallerLoop;
import gradwire.transport.grpc.ConnectionOptions;
import gradwire.transport.grpc.GrpcShardConnection;
import gradwire.transport.grpc.GrpcShardServer;
import gradwire.transport.grpc.ServerOptions;
import gradwire.transport.grpc.TlsFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** The one place that knows how each carrier's two ends are made. */
final class Wiring {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  /** Between an address and the folder of the keys that go with it. */
  private static final String KEYS = " keys:";

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
    HostPort anywhere = new HostPort("127.0.0.1", 0);
    if (carrier != Carrier.TLS) {
      GrpcShardServer server = new GrpcShardServer("ps-0", anywhere, ServerOptions.PLAIN, service);
      return new Served(server.address().toString(), server);
    }
    Path keys = newKeys();
    GrpcShardServer server =
        new GrpcShardServer(
            "ps-0", anywhere, ServerOptions.PLAIN.withTls(Optional.of(TlsFiles.of(keys))), service);
    return new Served(server.address() + KEYS + keys, server);
  }

  private static Path newKeys() {
    try {
      Path keys = Files.createTempDirectory("gradwire-bench");
      RunKeys.create(keys);
      return keys;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Connects the calling thread. */
  static Line connect(Carrier carrier, String address) {
    String[] parts = address.split(KEYS, 2);
    Optional<TlsFiles> keys =
        parts.length == 2 ? Optional.of(TlsFiles.of(Path.of(parts[1]))) : Optional.empty();
    ConnectionOptions options = new ConnectionOptions(transport(carrier), keys, TIMEOUT);
    CallerLoop loop = new CallerLoop();
    return new Line(
        new GrpcShardConnection("ps-0", ServerAddress.parse("server", parts[0]), loop, options),
        loop);
  }

  private static Transport transport(Carrier carrier) {
    return switch (carrier) {
      case TCP, TLS -> Transport.TCP;
      case UDS -> Transport.UDS;
      case SHM -> Transport.SHM;
    };
  }
}
