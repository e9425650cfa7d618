package gradwire.bench.transport;

import gradwire.cluster.HostPort;
import gradwire.transport.ShardConnection;
import gradwire.transport.ShardService;
import gradwire.transport.grpc.CallerLoop;
import gradwire.transport.grpc.GrpcShardConnection;
import gradwire.transport.grpc.GrpcShardServer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/** The one place that knows how each carrier's two ends are made. */
final class Wiring {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private Wiring() {}

  /** What can be measured here. */
  static Set<Carrier> available() {
    return EnumSet.of(Carrier.TCP);
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
    return switch (carrier) {
      case TCP -> {
        GrpcShardServer server = new GrpcShardServer("ps-0", new HostPort("127.0.0.1", 0), service);
        yield new Served(server.address().toString(), server);
      }
      case UDS, SHM, TLS -> throw unavailable(carrier);
    };
  }

  /** Connects the calling thread. */
  static Line connect(Carrier carrier, String address) {
    return switch (carrier) {
      case TCP -> {
        CallerLoop loop = new CallerLoop();
        yield new Line(
            new GrpcShardConnection("ps-0", HostPort.parse("server", address), loop, TIMEOUT),
            loop);
      }
      case UDS, SHM, TLS -> throw unavailable(carrier);
    };
  }

  private static IllegalArgumentException unavailable(Carrier carrier) {
    return new IllegalArgumentException(carrier.label() + ": not to be had here");
  }
}
