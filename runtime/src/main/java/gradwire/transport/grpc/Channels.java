package gradwire.transport.grpc;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;

/**
 * What sockets are made of here: epoll where the platform has it, else NIO. Measured values; see
 * docs/performance.md.
 */
final class Channels {
  /** Fixed, so that HTTP/2 never waits for the peer to say that it has read on. */
  static final int FLOW_CONTROL_WINDOW_BYTES = 16 << 20;

  /** What we allow the other end to send as one HTTP/2 frame. */
  static final int HTTP2_FRAME_BYTES = 64 << 10;

  /** A stream asks for more before all is out. */
  static final int READY_BELOW_BYTES = 2 << 20;

  /** What goes to the kernel by one call, where so much is there to be sent. */
  static final int WRITE_BYTES = 1 << 20;

  /** The kernel's own default for Unix sockets is 208 KiB, which makes both ends wait in turn. */
  static final int LOCAL_SOCKET_BUFFER_BYTES = 4 << 20;

  /** The last one given back is the next one taken: buffers stay in the cache. */
  static final ByteBufAllocator BUFFERS = PooledByteBufAllocator.DEFAULT;

  private static final int RECEIVE_BUFFER_BYTES = 256 << 10;
  private static final int SILENCE_SECONDS = 2;

  /** The kernel's second attempt is after 1 s, its third after 3 s, its fourth after 7 s. */
  private static final int CONNECT_MILLIS = 2_000;

  /** A server that is alive reads within this time, whatever it is busy with. */
  private static final int UNACKNOWLEDGED_MILLIS = 10_000;

  private static final boolean EPOLL = Epoll.isAvailable();

  /** Linux's name space without files: nothing is left behind, whoever is killed. */
  private static final String ABSTRACT = "\0";

  private Channels() {}

  static IoHandlerFactory ioHandler() {
    return EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
  }

  static EventLoopGroup loops(int threads) {
    return new MultiThreadIoEventLoopGroup(threads, ioHandler());
  }

  /** Whether sockets can have a name on this host instead of a port. */
  static boolean hasLocalSockets() {
    return EPOLL;
  }

  static DomainSocketAddress localSocket(String name) {
    return new DomainSocketAddress(ABSTRACT + name);
  }

  /**
   * Beside {@link #localSocket}'s of a server: the one for what is asked about the server itself.
   */
  static String controlSocket(String name) {
    return name + "-control";
  }

  static Channel client(boolean local) {
    return prepared(
        local
            ? new EpollDomainSocketChannel()
            : EPOLL ? new EpollSocketChannel() : new NioSocketChannel());
  }

  static ServerChannel server(boolean local) {
    ServerChannel channel =
        local
            ? new EpollServerDomainSocketChannel()
            : EPOLL ? new EpollServerSocketChannel() : new NioServerSocketChannel();
    channel.pipeline().addFirst(new Accepted());
    return channel;
  }

  /** Sees each connection that a server accepts before anybody else does. */
  private static final class Accepted extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
      if (message instanceof Channel connection) {
        prepared(connection);
      }
      super.channelRead(context, message);
    }
  }

  private static Channel prepared(Channel channel) {
    channel.pipeline().addFirst(new ReceiveBuffers.Install(), new SameHost());
    if (channel instanceof EpollDomainSocketChannel) {
      channel.pipeline().addFirst(new ReferringWrites());
    }
    return channel;
  }

  /** Sets an option on sockets that are yet to be made. */
  interface SocketOptions {
    <T> void set(ChannelOption<T> option, T value);
  }

  /**
   * Lets the kernel end a TCP connection when the other host is silent for about 4 s: it asks by
   * itself, whatever the two processes are busy with. A dead process on a living host ends its
   * connections at once anyway, and so does one on this host.
   */
  static void noticeDeadHosts(SocketOptions options) {
    if (EPOLL) {
      options.set(EpollChannelOption.TCP_KEEPIDLE, SILENCE_SECONDS);
      options.set(EpollChannelOption.TCP_KEEPINTVL, 1);
      options.set(EpollChannelOption.TCP_KEEPCNT, 2);
    }
  }

  /**
   * Ends an attempt to connect over the network while the next one would be sooner than the
   * kernel's, whose pauses grow while the cable is cut.
   */
  static void connectSoon(SocketOptions options) {
    options.set(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS);
  }

  /** As {@link #noticeDeadHosts}, while what was sent is not even acknowledged. */
  static void noticeLostPackets(SocketOptions options) {
    if (EPOLL) {
      options.set(EpollChannelOption.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MILLIS);
    }
  }

  /** Netty's own 64 KiB would end each call to the kernel there. */
  static WriteBufferWaterMark waterMark() {
    return new WriteBufferWaterMark(WRITE_BYTES, 2 * WRITE_BYTES);
  }

  static ByteBufAllocator allocator() {
    return new LendingAllocator(BUFFERS);
  }

  static RecvByteBufAllocator receiveBuffers() {
    return new ReceiveBuffers(RECEIVE_BUFFER_BYTES);
  }
}
