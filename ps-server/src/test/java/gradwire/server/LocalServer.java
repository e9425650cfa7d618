package gradwire.server;

import gradwire.cluster.HostPort;
import gradwire.transport.OpenReply;
import gradwire.transport.OpenRequest;
import gradwire.transport.Push;
import gradwire.transport.ShardConnection;
import gradwire.transport.ShardSettings;
import gradwire.transport.Weights;
import gradwire.transport.grpc.CallerLoop;
import gradwire.transport.grpc.ConnectionOptions;
import gradwire.transport.grpc.GrpcShardConnection;
import gradwire.transport.grpc.GrpcShardServer;
import gradwire.transport.grpc.ServerOptions;
import gradwire.transport.inprocess.InProcessShardConnection;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One parameter server and lines to it, by either transport. Lines belong to the test's thread. */
final class LocalServer implements AutoCloseable {
  /** What carries the calls. */
  enum Transport {
    IN_PROCESS,
    GRPC
  }

  static final Duration LONG = Duration.ofSeconds(30);
  static final Duration SHORT = Duration.ofSeconds(1);

  private final ParameterServer server = new ParameterServer("ps-0", Optional.empty());
  private final @Nullable GrpcShardServer grpc;
  private boolean closed;

  LocalServer(Transport transport) {
    grpc =
        switch (transport) {
          case IN_PROCESS -> null;
          case GRPC ->
              new GrpcShardServer(
                  "ps-0", new HostPort("127.0.0.1", 0), ServerOptions.PLAIN, server.service());
        };
  }

  ParameterServer server() {
    return server;
  }

  HostPort address() {
    return java.util.Objects.requireNonNull(grpc).address().network();
  }

  Line connect(int worker, Duration timeout) {
    if (grpc == null) {
      return new Line(
          worker, new InProcessShardConnection("ps-0", server.service(), timeout), () -> {});
    }
    CallerLoop loop = new CallerLoop();
    return new Line(
        worker,
        new GrpcShardConnection("ps-0", grpc.address(), loop, ConnectionOptions.of(timeout)),
        loop::close);
  }

  /** One worker's line. */
  record Line(int worker, ShardConnection connection, Runnable afterClose)
      implements AutoCloseable {
    OpenReply open(int numWorkers, Optional<ShardSettings> settings) {
      return connection.open(new OpenRequest(worker, numWorkers, 0, 7, settings, Optional.empty()));
    }

    /** Pushes and waits for the weights. */
    Weights step(long sequence, long step, MemorySegment gradient, MemorySegment weights) {
      connection.push(new Push(worker, 0, sequence, step), gradient, weights);
      return connection.awaitWeights();
    }

    @Override
    public void close() {
      connection.close();
      afterClose.run();
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      if (grpc != null) {
        grpc.close();
      }
      server.close();
    }
  }
}
