package gradwire.bench.transport;

import gradwire.tensor.Floats;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/**
 * The limit: tensors over a blocking socket with nothing around them, 1 MiB a call, read straight
 * to where they belong. Where no tensor crosses, one byte does. One thread.
 */
final class RawSocket implements AutoCloseable {
  private static final int CHUNK_BYTES = 1 << 20;

  private final Arena arena = Arena.ofConfined();
  private final ByteBuffer token = arena.allocate(1).asByteBuffer();
  private final SocketChannel channel;

  RawSocket(SocketChannel channel) throws IOException {
    this.channel = channel;
    if (channel.getLocalAddress() instanceof InetSocketAddress) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
  }

  /** Connects to what {@link RawServer#address} gave. */
  static RawSocket connect(String address) throws IOException {
    SocketAddress target = parse(address);
    SocketChannel channel =
        SocketChannel.open(
            target instanceof InetSocketAddress
                ? StandardProtocolFamily.INET
                : StandardProtocolFamily.UNIX);
    channel.connect(target);
    return new RawSocket(channel);
  }

  private static SocketAddress parse(String address) {
    return address.startsWith("/")
        ? UnixDomainSocketAddress.of(Path.of(address))
        : new InetSocketAddress("127.0.0.1", Integer.parseInt(address));
  }

  void send(MemorySegment tensor) throws IOException {
    ByteBuffer bytes = tensor.asByteBuffer();
    while (bytes.position() < bytes.capacity()) {
      bytes.limit(Math.min(bytes.capacity(), bytes.position() + CHUNK_BYTES));
      channel.write(bytes);
    }
  }

  void receive(MemorySegment tensor) throws IOException {
    ByteBuffer bytes = tensor.asByteBuffer();
    while (bytes.position() < bytes.capacity()) {
      bytes.limit(Math.min(bytes.capacity(), bytes.position() + CHUNK_BYTES));
      if (channel.read(bytes) < 0) {
        throw new EOFException("byte " + bytes.position() + " of " + Floats.length(tensor) * 4);
      }
    }
  }

  void sendToken() throws IOException {
    token.clear();
    channel.write(token);
  }

  /** False at the end of the stream. */
  boolean receiveToken() throws IOException {
    token.clear();
    return channel.read(token) >= 0;
  }

  @Override
  public void close() throws IOException {
    channel.close();
    arena.close();
  }
}
