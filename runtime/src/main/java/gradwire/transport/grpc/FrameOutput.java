package gradwire.transport.grpc;

import com.google.protobuf.CodedOutputStream;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * One frame on its way out. grpc asks for the length, then has it drained, on the thread that
 * sends: the payload passes through a scratch array that stays in the first-level cache, where it
 * is also summed, and from there into the socket's buffer.
 */
final class FrameOutput extends InputStream implements Drainable, KnownLength {
  private static final int SCRATCH_BYTES = 16 << 10;
  private static final int MAX_HEADER_BYTES = 128;

  /** Tag of {@code fixed32 crc32c = 16} and the sum behind it. */
  private static final int TRAILER_BYTES = 6;

  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  private static final class Scratch {
    private final byte[] bytes = new byte[SCRATCH_BYTES];
    private final FrameChecksum checksum = new FrameChecksum();
  }

  private final Frame frame;
  private final byte[] header = new byte[MAX_HEADER_BYTES];
  private final int headerBytes;
  private boolean drained;
  private @Nullable InputStream whole;

  FrameOutput(Frame frame) {
    this.frame = frame;
    this.headerBytes = writeHeader();
  }

  private int writeHeader() {
    CodedOutputStream out = CodedOutputStream.newInstance(header);
    try {
      writeUnsigned(out, 1, frame.kind().ordinal());
      writeUnsigned(out, 2, frame.worker());
      writeUnsigned(out, 3, frame.incarnation());
      writeUnsigned(out, 4, frame.sequence());
      writeUnsigned(out, 5, frame.step());
      writeUnsigned(out, 6, frame.lastStep());
      writeUnsigned(out, 7, frame.outcome().ordinal());
      writeUnsigned(out, 8, frame.offset());
      writeUnsigned(out, 9, frame.total());
      if (frame.payload().byteSize() > 0) {
        out.writeTag(FrameInput.PAYLOAD_FIELD, FrameInput.LENGTH_DELIMITED);
        out.writeUInt32NoTag((int) frame.payload().byteSize());
      }
      out.flush();
      return out.getTotalBytesWritten();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** As proto3 does it, zero is not written. */
  private static void writeUnsigned(CodedOutputStream out, int field, long value)
      throws IOException {
    if (value != 0) {
      out.writeUInt64(field, value);
    }
  }

  private int length() {
    return headerBytes + (int) frame.payload().byteSize() + TRAILER_BYTES;
  }

  @Override
  public int available() throws IOException {
    return whole != null ? whole.available() : drained ? 0 : length();
  }

  @Override
  public int drainTo(OutputStream target) throws IOException {
    Scratch scratch = SCRATCH.get();
    scratch.checksum.begin(frame);
    target.write(header, 0, headerBytes);
    MemorySegment payload = frame.payload();
    for (long at = 0; at < payload.byteSize(); at += SCRATCH_BYTES) {
      int length = (int) Math.min(SCRATCH_BYTES, payload.byteSize() - at);
      MemorySegment.copy(payload, ValueLayout.JAVA_BYTE, at, scratch.bytes, 0, length);
      scratch.checksum.update(scratch.bytes, length);
      target.write(scratch.bytes, 0, length);
    }
    writeTrailer(scratch.checksum.value(), scratch.bytes, target);
    drained = true;
    return length();
  }

  private static void writeTrailer(int checksum, byte[] scratch, OutputStream target)
      throws IOException {
    CodedOutputStream out = CodedOutputStream.newInstance(scratch, 0, TRAILER_BYTES);
    out.writeFixed32(FrameInput.CHECKSUM_FIELD, checksum);
    out.flush();
    target.write(scratch, 0, TRAILER_BYTES);
  }

  @Override
  public int read() throws IOException {
    return whole().read();
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    return whole().read(target, offset, length);
  }

  /** For a transport that reads instead of draining. */
  private InputStream whole() throws IOException {
    if (whole == null) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(length());
      drainTo(bytes);
      whole = new ByteArrayInputStream(bytes.toByteArray());
    }
    return whole;
  }
}
