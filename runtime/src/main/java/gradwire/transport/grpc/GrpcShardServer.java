package gradwire.transport.grpc;

import gradwire.cluster.HostPort;
import gradwire.error.GradwireException;
import gradwire.transport.ShardService;
import gradwire.transport.grpc.proto.ParameterServerGrpc;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * Serves one shard over gRPC. Calls are handled on the connection's own thread: no hand-off between
 * the network and the shard.
 */
public final class GrpcShardServer implements AutoCloseable {
  private static final int FLOW_CONTROL_WINDOW_BYTES = 16 << 20;
  private static final long GRACE_SECONDS = 5;

  private final EventLoopGroup acceptor =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final EventLoopGroup connections =
      new MultiThreadIoEventLoopGroup(
          Math.max(2, Runtime.getRuntime().availableProcessors() / 2), NioIoHandler.newFactory());
  private final BufferPool buffers = new BufferPool();
  private final Server server;
  private final HostPort listening;

  /**
   * Starts to listen.
   *
   * @param address port 0 picks a free one
   * @throws GradwireException naming {@code task} and the address, if it cannot listen there
   */
  public GrpcShardServer(String task, HostPort address, ShardService service) {
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(address.host(), address.port()))
            .channelType(NioServerSocketChannel.class)
            .bossEventLoopGroup(acceptor)
            .workerEventLoopGroup(connections)
            .directExecutor()
            .maxInboundMessageSize(Frame.MAX_MESSAGE_BYTES)
            .flowControlWindow(FLOW_CONTROL_WINDOW_BYTES)
            .addService(definition(service))
            .build();
    try {
      server.start();
    } catch (IOException e) {
      close();
      throw new GradwireException(
          task
              + ": cannot listen on "
              + address
              + " ("
              + (e.getCause() == null ? e.getMessage() : e.getCause())
              + "); is the port in use? stop its owner or choose another port",
          e);
    }
    listening = new HostPort(address.host(), server.getPort());
  }

  /** Where it listens, the port filled in. */
  public HostPort address() {
    return listening;
  }

  private ServerServiceDefinition definition(ShardService service) {
    ControlService control = new ControlService(service);
    return ServerServiceDefinition.builder(ParameterServerGrpc.SERVICE_NAME)
        .addMethod(control.open())
        .addMethod(
            Methods.exchange(buffers), (call, headers) -> new ExchangeCall(call, service, buffers))
        .addMethod(control.declareLastStep())
        .addMethod(control.awaitOthers())
        .addMethod(control.leave())
        .build();
  }

  /** Stops listening and lets what is under way end, for a bounded time. */
  @Override
  public void close() {
    server.shutdown();
    try {
      if (!server.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS)) {
        server.shutdownNow().awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    acceptor.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    connections.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2_000);
    buffers.close();
  }
}
