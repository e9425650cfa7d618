package gradwire.transport.grpc;

import gradwire.transport.Outcome;
import io.grpc.HasByteBuffer;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Reads frames: protobuf's encoding of {@code TensorFrame}, the payload copied once, from the
 * socket's buffers to where it belongs. Header fields must come before the payload, as every
 * protobuf encoder writes them; unknown fields are skipped. One thread.
 */
final class FrameReader {
  static final int PAYLOAD_FIELD = 15;
  static final int CHECKSUM_FIELD = 16;

  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int LENGTH_DELIMITED = 2;
  static final int FIXED32 = 5;

  /** Fields 1 to 11 are numbers. */
  static final int HEADER_FIELDS = 11;

  /** The highest field number that protobuf knows. */
  private static final long MAX_FIELD = (1 << 29) - 1;

  private static final Frame.Kind[] KINDS = Frame.Kind.values();
  private static final Outcome[] OUTCOMES = Outcome.values();

  private final PayloadSink sink;
  private final FrameChecksum checksum = new FrameChecksum();
  private final TakenFrames taken = new TakenFrames();
  private final byte[] scratch = new byte[4096];
  private final long[] header = new long[HEADER_FIELDS + 1];
  private InputStream in = InputStream.nullInputStream();
  private MemorySegment payload = Frame.NO_PAYLOAD;
  private boolean summed;

  FrameReader(PayloadSink sink) {
    this.sink = sink;
  }

  /**
   * Reads one whole message. A frame whose payload was not wanted comes back without it.
   *
   * @throws LateCopyException if it is about floats that are no longer there, nor needed
   * @throws IOException saying what is wrong with it, if it must not be used
   */
  Frame read(InputStream message) throws IOException {
    in = message;
    payload = Frame.NO_PAYLOAD;
    summed = false;
    Arrays.fill(header, 0);
    try {
      return read();
    } finally {
      in = InputStream.nullInputStream();
    }
  }

  /** Frames that came sound so far. */
  TakenFrames taken() {
    return taken;
  }

  private Frame read() throws IOException {
    boolean hasChecksum = false;
    int expected = 0;
    for (int first = in.read(); first >= 0; first = in.read()) {
      long tag = varint(first);
      long field = tag >>> 3;
      int type = (int) (tag & 7);
      if (field >= 1 && field <= HEADER_FIELDS && type == VARINT) {
        expectNoPayloadYet("a header field");
        header[(int) field] = varint(next());
      } else if (field == PAYLOAD_FIELD && type == LENGTH_DELIMITED) {
        expectNoPayloadYet("another payload");
        readPayload(varint(next()));
      } else if (field == CHECKSUM_FIELD && type == FIXED32) {
        expected = (int) fixed(4);
        hasChecksum = true;
      } else {
        skip(field, type);
      }
    }
    Frame frame = frame();
    if (!summed) {
      frame = withoutPayload(frame);
    }
    if (!hasChecksum || expected != checksum.value()) {
      if (hasChecksum && taken.wasTaken(expected)) {
        throw new LateCopyException();
      }
      throw new IOException(
          "expected CRC-32C %08x, got %s"
              .formatted(
                  checksum.value(), hasChecksum ? "%08x".formatted(expected) : "no checksum"));
    }
    taken.add(expected);
    return frame;
  }

  private void expectNoPayloadYet(String got) throws IOException {
    if (summed) {
      throw new IOException("payload: expected it behind the header, got " + got + " behind it");
    }
  }

  /** Nothing was in the message; it may lie in shared memory. */
  private Frame withoutPayload(Frame header) throws IOException {
    Frame frame = header;
    if (header.isShared()) {
      payload = sink.shared(header, numSharedFloats());
      frame = frame();
    }
    checksum.begin(frame);
    checksum.update(frame.payload());
    return frame;
  }

  private long numSharedFloats() throws IOException {
    return within("shared", header[10], Frame.MAX_SHARED_FLOATS + 1L);
  }

  private Frame frame() throws IOException {
    return new Frame(
        KINDS[(int) within("kind", header[1], KINDS.length)],
        (int) within("worker", header[2], Integer.MAX_VALUE),
        (int) within("incarnation", header[3], Integer.MAX_VALUE),
        header[4],
        header[5],
        header[6],
        OUTCOMES[(int) within("outcome", header[7], OUTCOMES.length)],
        within("offset", header[8], Long.MAX_VALUE / Float.BYTES),
        within("total", header[9], Long.MAX_VALUE / Float.BYTES),
        within("request", header[11], Long.MAX_VALUE),
        numSharedFloats() > 0,
        payload);
  }

  private static long within(String field, long value, long bound) throws IOException {
    if (value < 0 || value >= bound) {
      throw new IOException(
          field + ": expected a number below " + bound + ", got " + Long.toUnsignedString(value));
    }
    return value;
  }

  private void readPayload(long numBytes) throws IOException {
    if (numBytes < 0 || numBytes > Frame.MAX_PAYLOAD_BYTES || numBytes % Float.BYTES != 0) {
      throw new IOException(
          "payload: expected whole floats in at most "
              + Frame.MAX_PAYLOAD_BYTES
              + " bytes, got "
              + numBytes
              + " bytes");
    }
    Frame frame = frame();
    if (frame.isShared()) {
      throw new IOException("payload: expected it in shared memory, got it in the message");
    }
    if (frame.offset() + numBytes / Float.BYTES > frame.total()) {
      throw new IOException(
          "payload: expected to end at float " + frame.total() + ", got a longer one");
    }
    if (numBytes > 0) {
      payload = sink.destination(frame, (int) numBytes);
    }
    checksum.begin(frame);
    summed = true;
    copyPayload((int) numBytes);
  }

  private void copyPayload(int numBytes) throws IOException {
    boolean wanted = payload.byteSize() > 0;
    for (int at = 0; at < numBytes; ) {
      int left = numBytes - at;
      if (in instanceof HasByteBuffer buffers && buffers.byteBufferSupported()) {
        ByteBuffer view = buffers.getByteBuffer();
        if (view == null || !view.hasRemaining()) {
          throw new EOFException("payload: " + left + " bytes missing");
        }
        int length = Math.min(left, view.remaining());
        ByteBuffer piece = view.slice(view.position(), length);
        if (wanted) {
          checksum.copy(MemorySegment.ofBuffer(piece), payload.asSlice(at, length));
        } else {
          checksum.update(piece);
        }
        in.skipNBytes(length);
        at += length;
      } else {
        int length = in.read(scratch, 0, Math.min(left, scratch.length));
        if (length < 0) {
          throw new EOFException("payload: " + left + " bytes missing");
        }
        if (wanted) {
          MemorySegment.copy(scratch, 0, payload, ValueLayout.JAVA_BYTE, at, length);
        }
        checksum.update(scratch, length);
        at += length;
      }
    }
  }

  private void skip(long field, int type) throws IOException {
    if (field < 1 || field > MAX_FIELD) {
      throw new IOException("not a protobuf message: field number " + field);
    }
    switch (type) {
      case VARINT -> varint(next());
      case FIXED64 -> fixed(8);
      case LENGTH_DELIMITED -> skipBytes(varint(next()));
      case FIXED32 -> fixed(4);
      default -> throw new IOException("not a protobuf message: wire type " + type);
    }
  }

  private void skipBytes(long numBytes) throws IOException {
    if (numBytes < 0) {
      throw new IOException("not a protobuf message: length " + Long.toUnsignedString(numBytes));
    }
    in.skipNBytes(numBytes);
  }

  private long varint(int first) throws IOException {
    long value = first & 0x7f;
    int b = first;
    for (int shift = 7; (b & 0x80) != 0; shift += 7) {
      if (shift > 63) {
        throw new IOException("not a protobuf message: varint of more than 10 bytes");
      }
      b = next();
      value |= (long) (b & 0x7f) << shift;
    }
    return value;
  }

  private long fixed(int numBytes) throws IOException {
    long value = 0;
    for (int i = 0; i < numBytes; i++) {
      value |= (long) next() << (8 * i);
    }
    return value;
  }

  private int next() throws IOException {
    int b = in.read();
    if (b < 0) {
      throw new EOFException("the frame ends in the middle of a field");
    }
    return b;
  }
}
