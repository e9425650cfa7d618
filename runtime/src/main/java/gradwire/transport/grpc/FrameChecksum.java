package gradwire.transport.grpc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** CRC-32C over a frame's header, field by field as 8 bytes, then its payload. One thread. */
final class FrameChecksum {
  private final CRC32C crc = new CRC32C();
  private final ByteBuffer header = ByteBuffer.allocate(72).order(ByteOrder.LITTLE_ENDIAN);

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
        .putLong(frame.total());
    crc.reset();
    crc.update(header.array(), 0, header.position());
  }

  void update(byte[] payload, int length) {
    crc.update(payload, 0, length);
  }

  void update(ByteBuffer payload) {
    crc.update(payload);
  }

  int value() {
    return (int) crc.getValue();
  }
}
