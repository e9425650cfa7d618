package gradwire.bench.transport;

import gradwire.tensor.Floats;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The other end of {@link RawExchange}: a thread and a tensor for each connection. */
final class RawServer implements AutoCloseable {
  private final Limit limit;
  private final Direction direction;
  private final MemorySegment weights;
  private final ServerSocketChannel listening;
  private final String address;
  private final Map<Thread, SocketChannel> connections = new ConcurrentHashMap<>();

  /**
   * @param weights what goes down; as long as what comes up
   */
  RawServer(Limit limit, Direction direction, MemorySegment weights) throws IOException {
    this.limit = limit;
    this.direction = direction;
    this.weights = weights;
    this.listening = listen(limit);
    this.address =
        switch (listening.getLocalAddress()) {
          case InetSocketAddress loopback -> String.valueOf(loopback.getPort());
          default -> listening.getLocalAddress().toString();
        };
    Thread.ofPlatform().daemon().name("raw-acceptor").start(this::accept);
  }

  private static ServerSocketChannel listen(Limit limit) throws IOException {
    return switch (limit) {
      case RAW_TCP ->
          ServerSocketChannel.open()
              .bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
      case RAW_UDS -> {
        Path socket = Files.createTempFile("gradwire-bench", ".sock");
        Files.delete(socket);
        yield ServerSocketChannel.open(StandardProtocolFamily.UNIX)
            .bind(UnixDomainSocketAddress.of(socket));
      }
      case MEMORY_COPY, STEP_IN_MEMORY -> throw new IllegalArgumentException("no socket");
    };
  }

  String address() {
    return address;
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel channel = listening.accept();
        Thread thread = Thread.ofPlatform().daemon().name("raw").unstarted(() -> serve(channel));
        connections.put(thread, channel);
        thread.start();
      }
    } catch (ClosedChannelException closed) {
      // The row is over.
    } catch (IOException e) {
      System.err.println("raw server: " + e);
    }
  }

  private void serve(SocketChannel channel) {
    try (Arena arena = Arena.ofConfined();
        RawSocket socket = new RawSocket(channel)) {
      MemorySegment gradient =
          Floats.allocate(arena, direction.goesUp() ? Floats.length(weights) : 0);
      boolean isChecked = false;
      while (receive(socket, gradient)) {
        if (!isChecked && direction.goesUp()) {
          Numbers.check("raw server", gradient, 0, 0);
          isChecked = true;
        }
        answer(socket);
      }
    } catch (EOFException | ClosedChannelException over) {
      // One of the two ends was closed: the row is over.
    } catch (IOException e) {
      System.err.println("raw server: " + e);
    }
  }

  private boolean receive(RawSocket socket, MemorySegment gradient) throws IOException {
    if (direction.goesUp()) {
      socket.receive(gradient);
      return true;
    }
    return socket.receiveToken();
  }

  private void answer(RawSocket socket) throws IOException {
    if (direction.comesDown()) {
      socket.send(weights);
    } else {
      socket.sendToken();
    }
  }

  /** Waits for its threads: the weights are theirs no more afterwards. */
  @Override
  public void close() throws IOException, InterruptedException {
    listening.close();
    for (SocketChannel channel : connections.values()) {
      channel.close();
    }
    for (Thread thread : connections.keySet()) {
      thread.join();
    }
    if (limit == Limit.RAW_UDS) {
      Files.deleteIfExists(Path.of(address));
    }
  }
}
