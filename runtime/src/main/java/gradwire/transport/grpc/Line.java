package gradwire.transport.grpc;

import gradwire.cluster.HostPort;
import gradwire.cluster.ServerAddress;
import gradwire.config.Transport;
import gradwire.error.Expect;
import gradwire.transport.LineBrokenException;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * The socket between a worker and a server: what was wished, and what there is.
 *
 * @param localSocket name of the Unix domain socket; empty: TCP
 */
record Line(HostPort network, Optional<String> localSocket, ConnectionOptions options) {
  private static final Duration LOCAL_CONNECT = Duration.ofSeconds(2);

  /** What the options ask for, as far as {@code address} can be reached that way from here. */
  static Line choose(
      String server, ServerAddress address, CallerLoop loop, ConnectionOptions options) {
    Optional<String> local =
        options.transport() == Transport.TCP
            ? Optional.empty()
            : address.localSocket().filter(name -> isReachable(name, loop));
    if (options.transport() == Transport.UDS) {
      Expect.that(
          address.localSocket().isPresent(),
          "training.transport",
          "a server with a Unix domain socket on this host",
          server + " without one",
          "use auto or tcp");
      expectReached(server, local);
    }
    return new Line(address.network(), local, options);
  }

  private static void expectReached(String server, Optional<String> local) {
    if (local.isEmpty()) {
      throw new LineBrokenException(
          server
              + ": could not connect to its Unix domain socket; is it running, and on this host?"
              + " else use auto or tcp",
          Status.UNAVAILABLE.asException());
    }
  }

  private static boolean isReachable(String name, CallerLoop loop) {
    if (!Channels.hasLocalSockets()) {
      return false;
    }
    ChannelFuture connected =
        new Bootstrap()
            .group(loop.group())
            .channelFactory(() -> Channels.client(true))
            .handler(new ChannelInboundHandlerAdapter())
            .connect(Channels.localSocket(name));
    boolean reached = loop.runUntil(connected::isDone, LOCAL_CONNECT) && connected.isSuccess();
    Channel channel = connected.channel();
    loop.runUntil(channel.close()::isDone, LOCAL_CONNECT);
    return reached;
  }

  /** Whether a server at its other end may be on this host. */
  boolean mayShareMemory() {
    return switch (options.transport()) {
      case AUTO, SHM -> true;
      case TCP, UDS -> false;
    };
  }

  /** For a person. */
  String label() {
    return localSocket.isPresent() ? "uds" : options.tls().isPresent() ? "tcp+tls" : "tcp";
  }

  ManagedChannel channel(CallerLoop loop) {
    NettyChannelBuilder builder =
        localSocket
            .map(name -> builder(Channels.localSocket(name), true).usePlaintext())
            .orElseGet(this::overNetwork);
    if (localSocket.isPresent()) {
      builder
          .withOption(ChannelOption.SO_SNDBUF, Channels.LOCAL_SOCKET_BUFFER_BYTES)
          .withOption(ChannelOption.SO_KEEPALIVE, null); // TCP's own, which grpc sets
    }
    return builder
        .eventLoopGroup(loop.group())
        .directExecutor()
        .disableRetry()
        .maxInboundMessageSize(Frame.MAX_MESSAGE_BYTES)
        .flowControlWindow(Channels.FLOW_CONTROL_WINDOW_BYTES)
        .withOption(ChannelOption.ALLOCATOR, Channels.allocator())
        .withOption(ChannelOption.WRITE_BUFFER_WATER_MARK, Channels.waterMark())
        .withOption(ChannelOption.RECVBUF_ALLOCATOR, Channels.receiveBuffers())
        .build();
  }

  private NettyChannelBuilder overNetwork() {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(network.host(), network.port())
            .channelFactory(() -> Channels.client(false));
    Channels.connectSoon(builder::withOption);
    Channels.noticeDeadHosts(builder::withOption);
    Channels.noticeLostPackets(builder::withOption);
    return options
        .tls()
        .map(files -> builder.sslContext(Tls.client(files)))
        .orElseGet(builder::usePlaintext);
  }

  private static NettyChannelBuilder builder(SocketAddress address, boolean local) {
    return NettyChannelBuilder.forAddress(address)
        .channelFactory(() -> Channels.client(local))
        .overrideAuthority("localhost");
  }
}
