package gradwire.transport.grpc;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TCP between two ends of one host. No link is there to be shared fairly, so it gets the simplest
 * congestion control: BBR, the default of many hosts, paces what it sends by a timer, which halves
 * the rate of the loopback (docs/performance.md). Connections to other hosts stay as they are.
 */
final class SameHost extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(SameHost.class);

  /** Part of every Linux kernel, and open to every user. */
  private static final byte[] RENO = "reno".getBytes(StandardCharsets.US_ASCII);

  private static final int IPPROTO_TCP = 6;
  private static final int TCP_CONGESTION = 13;

  private static final ChannelOption<ByteBuffer> CONGESTION =
      new RawUnixChannelOption("TCP_CONGESTION", IPPROTO_TCP, TCP_CONGESTION, RENO.length);

  @Override
  public void channelActive(ChannelHandlerContext context) throws Exception {
    if (context.channel() instanceof EpollSocketChannel tcp
        && isOneHost(tcp.localAddress(), tcp.remoteAddress())) {
      keepSimple(tcp);
    }
    context.pipeline().remove(this);
    super.channelActive(context);
  }

  static boolean isOneHost(InetSocketAddress local, InetSocketAddress remote) {
    InetAddress there = remote.getAddress();
    return there.isLoopbackAddress() || there.equals(local.getAddress());
  }

  private static void keepSimple(EpollSocketChannel tcp) {
    try {
      tcp.config().setOption(CONGESTION, ByteBuffer.wrap(RENO));
    } catch (ChannelException refused) {
      log.debug("{}: keeps the host's congestion control", tcp, refused);
    }
  }
}
