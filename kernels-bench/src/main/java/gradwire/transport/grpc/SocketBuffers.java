package gradwire.transport.grpc;

import io.grpc.HasByteBuffer;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * One message in off-heap memory as a socket's buffers hold it: written as gRPC's framer does, read
 * in views of an HTTP/2 frame. One thread.
 */
@NullMarked
final class SocketBuffers {
  private static final int VIEW_BYTES = 16 << 10;

  private final MemorySegment memory;
  private final ByteBuffer bytes;

  /**
   * @param memory long enough for one message
   */
  SocketBuffers(MemorySegment memory) {
    this.memory = memory;
    this.bytes = memory.asByteBuffer();
  }

  /** Overwrites the message from its beginning. */
  final class Out extends OutputStream {
    private long at;

    @Override
    public void write(int b) {
      memory.set(ValueLayout.JAVA_BYTE, at++, (byte) b);
    }

    @Override
    public void write(byte[] source, int offset, int length) {
      MemorySegment.copy(source, offset, memory, ValueLayout.JAVA_BYTE, at, length);
      at += length;
    }
  }

  /** Reads a message of {@code numBytes} from its beginning. */
  final class In extends InputStream implements HasByteBuffer {
    private final int numBytes;
    private int at;

    In(int numBytes) {
      this.numBytes = numBytes;
    }

    @Override
    public int read() {
      return at < numBytes ? bytes.get(at++) & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      int numRead = Math.min(length, numBytes - at);
      if (numRead <= 0) {
        return -1;
      }
      bytes.get(at, target, offset, numRead);
      at += numRead;
      return numRead;
    }

    @Override
    public long skip(long n) {
      int skipped = (int) Math.min(n, numBytes - at);
      at += skipped;
      return skipped;
    }

    @Override
    public int available() {
      return numBytes - at;
    }

    @Override
    public boolean byteBufferSupported() {
      return true;
    }

    @Override
    public @Nullable ByteBuffer getByteBuffer() {
      int viewEnd = (at / VIEW_BYTES + 1) * VIEW_BYTES;
      return at >= numBytes ? null : bytes.slice(at, Math.min(viewEnd, numBytes) - at);
    }
  }
}
