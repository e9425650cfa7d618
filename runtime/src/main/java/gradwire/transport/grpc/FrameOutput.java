package gradwire.transport.grpc;

import com.google.protobuf.CodedOutputStream;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One frame on its way out. gRPC asks for the length, then has it drained, on the thread that
 * sends. What is small passes through an array in the first-level cache; what is large is lent to
 * the socket as it is, or, where it may change meanwhile, a copy of it.
 */
final class FrameOutput extends InputStream implements Drainable, KnownLength {
  /** How a payload gets to the socket. */
  enum Carriage {
    /** The memory stays as it is until the other end answers it: the socket reads it itself. */
    LENT,
    /** The memory may change at any time: the socket reads a copy. */
    COPIED,
    /** For a channel whose allocator cannot lend. */
    WRITTEN
  }

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
  private final MemorySegment floats;
  private final MemorySegment payload;
  private final Carriage carriage;
  private final byte[] header = new byte[MAX_HEADER_BYTES];
  private final int headerBytes;
  private boolean drained;
  private @Nullable InputStream whole;

  FrameOutput(Frame frame, Carriage carriage) {
    this(frame, frame.payload(), carriage);
  }

  /**
   * @param floats what the payload of {@code frame} shall hold: where that is memory that both ends
   *     see, they are copied there when the frame is written
   */
  FrameOutput(Frame frame, MemorySegment floats, Carriage carriage) {
    this.frame = frame;
    this.floats = floats;
    this.payload = frame.isShared() ? Frame.NO_PAYLOAD : frame.payload();
    this.carriage = payload.byteSize() < SCRATCH_BYTES ? Carriage.WRITTEN : carriage;
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
      writeUnsigned(out, 10, frame.numSharedFloats());
      writeUnsigned(out, 11, frame.request());
      if (payload.byteSize() > 0) {
        out.writeTag(FrameReader.PAYLOAD_FIELD, FrameReader.LENGTH_DELIMITED);
        out.writeUInt32NoTag((int) payload.byteSize());
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
    return headerBytes + (int) payload.byteSize() + TRAILER_BYTES;
  }

  @Override
  public int available() throws IOException {
    if (whole != null) {
      return whole.available();
    }
    if (!drained && carriage != Carriage.WRITTEN) {
      LendingAllocator.expectHeader(headerBytes);
    }
    return drained ? 0 : length();
  }

  @Override
  public int drainTo(OutputStream target) throws IOException {
    return drainTo(target, carriage);
  }

  private int drainTo(OutputStream target, Carriage how) throws IOException {
    Scratch scratch = SCRATCH.get();
    scratch.checksum.begin(frame);
    target.write(header, 0, headerBytes);
    switch (how) {
      case LENT -> lend(scratch, target);
      case COPIED -> lendCopy(scratch, target);
      case WRITTEN -> write(scratch, target);
    }
    writeTrailer(scratch.checksum.value(), scratch.bytes, target);
    drained = true;
    return length();
  }

  private void lend(Scratch scratch, OutputStream target) throws IOException {
    scratch.checksum.update(payload);
    LendingAllocator.lend(payload.asByteBuffer(), target);
  }

  private void lendCopy(Scratch scratch, OutputStream target) throws IOException {
    int length = (int) payload.byteSize();
    ByteBuf copy = Channels.BUFFERS.directBuffer(length, length);
    ByteBuffer memory = copy.internalNioBuffer(0, length);
    scratch.checksum.copy(payload, MemorySegment.ofBuffer(memory));
    LendingAllocator.lendBriefly(memory, copy::release, target);
  }

  private void write(Scratch scratch, OutputStream target) throws IOException {
    sumShared(scratch.checksum);
    for (long at = 0; at < payload.byteSize(); at += SCRATCH_BYTES) {
      int length = (int) Math.min(SCRATCH_BYTES, payload.byteSize() - at);
      MemorySegment.copy(payload, ValueLayout.JAVA_BYTE, at, scratch.bytes, 0, length);
      scratch.checksum.update(scratch.bytes, length);
      target.write(scratch.bytes, 0, length);
    }
  }

  private void sumShared(FrameChecksum checksum) {
    if (!frame.isShared()) {
      return;
    }
    if (floats.equals(frame.payload())) {
      checksum.update(floats);
    } else {
      checksum.copy(floats, frame.payload());
    }
  }

  private static void writeTrailer(int checksum, byte[] scratch, OutputStream target)
      throws IOException {
    CodedOutputStream out = CodedOutputStream.newInstance(scratch, 0, TRAILER_BYTES);
    out.writeFixed32(FrameReader.CHECKSUM_FIELD, checksum);
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
      drainTo(bytes, Carriage.WRITTEN);
      whole = new ByteArrayInputStream(bytes.toByteArray());
    }
    return whole;
  }
}
