package gradwire.transport.grpc;

import gradwire.cluster.HostPort;
import gradwire.config.Transport;
import gradwire.server.ParameterServer;
import gradwire.transport.ShardConnection;
import gradwire.transport.inprocess.InProcessShardConnection;
import io.grpc.ClientInterceptor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** A real parameter server behind bad lines of one kind. Thread-safe. */
final class StressServer implements AutoCloseable {
  /** What carries the floats. */
  enum Carrier {
    TCP(Transport.TCP, "tcp"),
    UDS(Transport.UDS, "uds"),
    SHM(Transport.SHM, "shm over uds"),
    TLS(Transport.TCP, "tcp+tls");

    private final Transport transport;
    private final String label;

    Carrier(Transport transport, String label) {
      this.transport = transport;
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final ParameterServer server = new ParameterServer("ps-0", Optional.empty());
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final GrpcShardServer grpc;
  private final Carrier carrier;
  private final Optional<TlsFiles> tls;
  private final long seed;
  private final Troubles toServer;

  /**
   * @param tls used if {@code carrier} is TLS
   */
  StressServer(Carrier carrier, TlsFiles tls, long seed, Troubles toServer, Troubles toWorkers) {
    this.carrier = carrier;
    this.tls = Optional.of(tls).filter(files -> carrier == Carrier.TLS);
    this.seed = seed;
    this.toServer = toServer;
    grpc =
        new GrpcShardServer(
            "ps-0",
            new HostPort("127.0.0.1", 0),
            ServerOptions.PLAIN
                .withTls(this.tls)
                .intercepted(List.of(new DisorderlyServer(seed + 1000, toWorkers, clock))),
            server.service());
  }

  /** A worker's bad line; belongs to the calling thread. */
  ShardConnection connect(int worker, CallerLoop loop) {
    return connect(loop, List.of(new DisorderlyClient(seed + worker, toServer, clock)));
  }

  /** A line that {@code interceptors} do something to. */
  ShardConnection connect(CallerLoop loop, List<ClientInterceptor> interceptors) {
    return new GrpcShardConnection(
        "ps-0",
        grpc.address(),
        loop,
        new ConnectionOptions(carrier.transport, tls, TIMEOUT),
        interceptors);
  }

  /** A line to the same server that nothing happens on. */
  ShardConnection connectInProcess() {
    return new InProcessShardConnection("ps-0", server.service(), TIMEOUT);
  }

  @Override
  public void close() {
    grpc.close();
    server.close();
    clock.shutdownNow();
  }
}
