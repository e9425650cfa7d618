package gradwire.transport.grpc;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.cluster.HostPort;
import gradwire.cluster.ServerAddress;
import gradwire.config.Transport;
import gradwire.transport.LineBrokenException;
import gradwire.transport.OpenRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Who asks to connect and hears nothing asks anew, and does not leave it to the kernel's pauses.
 */
@EnabledOnOs(OS.LINUX) // which drops a connection's first packet when the queue is full
final class SilentHostTest {
  private static final Duration PATIENCE = Duration.ofSeconds(600);

  private final CallerLoop loop = new CallerLoop();
  private final List<SocketChannel> queue = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (SocketChannel waiting : queue) {
      waiting.close();
    }
    loop.close();
  }

  @Test
  @Timeout(9) // seconds; by itself the kernel gives up after 10
  void anAttemptToConnectIsShortHoweverLongTheWaitMayBe() throws IOException {
    InetAddress here = InetAddress.getLoopbackAddress();
    try (ServerSocket silent = new ServerSocket(0, 1, here)) {
      for (int i = 0; i < 8; i++) {
        SocketChannel waiting = SocketChannel.open();
        waiting.configureBlocking(false);
        boolean unused = waiting.connect(new InetSocketAddress(here, silent.getLocalPort()));
        queue.add(waiting);
      }
      HostPort network = new HostPort(here.getHostAddress(), silent.getLocalPort());
      try (GrpcShardConnection line =
          new GrpcShardConnection(
              "ps-0",
              ServerAddress.of(network),
              loop,
              new ConnectionOptions(Transport.TCP, Optional.empty(), PATIENCE))) {
        assertThatThrownBy(
                () -> line.open(new OpenRequest(0, 1, 0, 7, Optional.empty(), Optional.empty())))
            .isInstanceOf(LineBrokenException.class)
            .hasMessage(
                "ps-0 (%s): could not connect; is it running, and reachable at this address?"
                    .formatted(network));
      }
    }
  }
}
