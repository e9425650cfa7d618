package gradwire.transport.grpc;

import gradwire.cluster.HostPort;
import gradwire.cluster.ServerAddress;
import gradwire.error.GradwireException;
import gradwire.transport.ShardService;
import gradwire.transport.grpc.proto.ParameterServerGrpc;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Serves one shard over gRPC: by TCP, and on the same host by a Unix domain socket. Calls are
 * handled on the connection's own thread: no hand-off between the network and the shard.
 */
public final class GrpcShardServer implements AutoCloseable {
  private static final long GRACE_SECONDS = 5;
  private static final int MAX_CONTROL_BYTES = 64 << 10;

  private final EventLoopGroup acceptor = Channels.loops(1);
  private final EventLoopGroup connections =
      Channels.loops(Math.max(2, Runtime.getRuntime().availableProcessors() / 2));
  private final BufferPool buffers = new BufferPool();
  private final ServerOptions options;
  private final List<Server> servers = new ArrayList<>();
  private final ServerAddress listening;

  /**
   * Starts to listen.
   *
   * @param address port 0 picks a free one
   * @throws GradwireException naming {@code task} and the address, if it cannot listen there
   */
  public GrpcShardServer(
      String task, HostPort address, ServerOptions options, ShardService service) {
    this.options = options;
    try {
      Server network = start(new InetSocketAddress(address.host(), address.port()), false, service);
      Optional<String> local = Optional.empty();
      if (Channels.hasLocalSockets()) {
        String name = "gradwire-" + UUID.randomUUID();
        start(Channels.localSocket(name), true, service);
        startControl(Channels.localSocket(Channels.controlSocket(name)));
        local = Optional.of(name);
      }
      listening = new ServerAddress(new HostPort(address.host(), network.getPort()), local);
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
  }

  private Server start(SocketAddress address, boolean local, ShardService service)
      throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address)
            .channelFactory(() -> Channels.server(local))
            .bossEventLoopGroup(acceptor)
            .workerEventLoopGroup(connections)
            .directExecutor()
            .maxInboundMessageSize(Frame.MAX_MESSAGE_BYTES)
            .flowControlWindow(Channels.FLOW_CONTROL_WINDOW_BYTES)
            .withChildOption(ChannelOption.ALLOCATOR, Channels.allocator())
            .withChildOption(ChannelOption.WRITE_BUFFER_WATER_MARK, Channels.waterMark())
            .withChildOption(ChannelOption.RECVBUF_ALLOCATOR, Channels.receiveBuffers())
            .addService(definition(service))
            .addService(MembershipCalls.liveness());
    options.membership().map(MembershipCalls::membership).ifPresent(builder::addService);
    if (local) {
      builder
          .withChildOption(ChannelOption.SO_SNDBUF, Channels.LOCAL_SOCKET_BUFFER_BYTES)
          .withChildOption(ChannelOption.SO_KEEPALIVE, null); // TCP's own, which grpc sets
    } else {
      Channels.noticeDeadHosts(builder::withChildOption);
      options.tls().ifPresent(files -> builder.sslContext(Tls.server(files)));
    }
    Server server = builder.build();
    servers.add(server);
    return server.start();
  }

  /**
   * Who is alive is asked and answered beside the tensors: their connections' threads may be busy
   * with an update for longer than a sign of life may take.
   */
  private void startControl(SocketAddress address) throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address)
            .channelFactory(() -> Channels.server(true))
            .bossEventLoopGroup(acceptor)
            .workerEventLoopGroup(acceptor)
            .directExecutor()
            .maxInboundMessageSize(MAX_CONTROL_BYTES)
            .withChildOption(ChannelOption.SO_KEEPALIVE, null) // TCP's own, which grpc sets
            .addService(MembershipCalls.liveness());
    options.membership().map(MembershipCalls::membership).ifPresent(builder::addService);
    Server server = builder.build();
    servers.add(server);
    Server unused = server.start();
  }

  /** Where it listens, the port filled in. */
  public ServerAddress address() {
    return listening;
  }

  private ServerServiceDefinition definition(ShardService service) {
    ControlService control = new ControlService(service);
    ServerServiceDefinition definition =
        ServerServiceDefinition.builder(ParameterServerGrpc.SERVICE_NAME)
            .addMethod(control.open())
            .addMethod(
                Methods.EXCHANGE,
                (call, headers) ->
                    new ExchangeCall(call, headers, service, buffers, ownLoop(), options.trace()))
            .addMethod(control.declareLastStep())
            .addMethod(control.awaitOthers())
            .addMethod(control.leave())
            .build();
    return ServerInterceptors.intercept(definition, options.interceptors());
  }

  /** The loop of the thread that this is: a call begins on its connection's. */
  private Executor ownLoop() {
    for (EventExecutor loop : connections) {
      if (loop.inEventLoop()) {
        return loop;
      }
    }
    return connections;
  }

  /** Stops listening and lets what is under way end, for a bounded time, however many wait. */
  @Override
  public void close() {
    servers.forEach(Server::shutdown);
    try {
      if (!haveEndedWithinGrace()) {
        servers.forEach(Server::shutdownNow);
        boolean unused = haveEndedWithinGrace();
      }
    } catch (InterruptedException e) {
      servers.forEach(Server::shutdownNow);
      Thread.currentThread().interrupt();
    }
    acceptor.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    connections.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2_000);
    buffers.close();
  }

  /**
   * A client that does not read, since it computes, keeps its connection: one wait for all of them.
   */
  private boolean haveEndedWithinGrace() throws InterruptedException {
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(GRACE_SECONDS);
    boolean ended = true;
    for (Server server : servers) {
      long left = Math.max(0, deadlineNanos - System.nanoTime());
      ended &= server.awaitTermination(left, TimeUnit.NANOSECONDS);
    }
    return ended;
  }
}
