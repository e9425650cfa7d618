package gradwire.transport.grpc;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** CRC-32C over a frame's header, field by field as 8 bytes, then its payload. One thread. */
final class FrameChecksum {
  private static final int HEADER_BYTES = FrameReader.HEADER_FIELDS * Long.BYTES;

  /** What is copied is summed while it is still in the first-level cache. */
  private static final int BLOCK_BYTES = 32 << 10;

  /**
   * From here on the JVM copies past the cache, where the processor can: two passes over memory
   * instead of three, since a line that is written whole need not be read before.
   */
  private static final int STREAMED_BYTES = 5 << 19;

  private final CRC32C crc = new CRC32C();
  private final ByteBuffer header =
      ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  void begin(Frame frame) {
    header
        .clear()
        .putLong(frame.kind().ordinal())
        .putLong(frame.worker())
        .putLong(frame.incarnation())
        .putLong(frame.sequence())
        .putLong(frame.step())
        .putLong(frame.lastStep())
        .putLong(frame.outcome().ordinal())
        .putLong(frame.offset())
        .putLong(frame.total())
        .putLong(frame.numSharedFloats())
        .putLong(frame.request());
    crc.reset();
    crc.update(header.array(), 0, header.position());
  }

  void update(byte[] payload, int length) {
    crc.update(payload, 0, length);
  }

  void update(ByteBuffer payload) {
    crc.update(payload);
  }

  void update(MemorySegment payload) {
    if (payload.byteSize() > 0) {
      crc.update(payload.asByteBuffer());
    }
  }

  /** Copies {@code from} to {@code to}, of the same length, and sums the copy. */
  void copy(MemorySegment from, MemorySegment to) {
    ByteBuffer copied = to.asByteBuffer();
    int length = (int) to.byteSize();
    int block = length < STREAMED_BYTES ? BLOCK_BYTES : length;
    for (int at = 0; at < length; at += block) {
      int end = Math.min(length, at + block);
      MemorySegment.copy(from, at, to, at, end - at);
      crc.update(copied.limit(end));
    }
  }

  int value() {
    return (int) crc.getValue();
  }
}
