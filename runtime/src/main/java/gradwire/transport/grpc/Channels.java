package gradwire.transport.grpc;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
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

  /** A stream asks for more before all is out. */
  static final int READY_BELOW_BYTES = Integer.getInteger("gradwire.ready", 2 << 20);

  /** The kernel's own default for Unix sockets is 208 KiB, which makes both ends wait in turn. */
  static final int LOCAL_SOCKET_BUFFER_BYTES = 4 << 20;

  private static final int RECEIVE_BUFFER_BYTES = Integer.getInteger("gradwire.rcv", 256 << 10);
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

  static Class<? extends Channel> client(boolean local) {
    if (local) {
      return EpollDomainSocketChannel.class;
    }
    return EPOLL ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  static Class<? extends ServerChannel> server(boolean local) {
    if (local) {
      return EpollServerDomainSocketChannel.class;
    }
    return EPOLL ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  static ByteBufAllocator allocator() {
    return new LendingAllocator(ByteBufAllocator.DEFAULT);
  }

  static RecvByteBufAllocator receiveBuffers() {
    return new FixedRecvByteBufAllocator(RECEIVE_BUFFER_BYTES);
  }
}
