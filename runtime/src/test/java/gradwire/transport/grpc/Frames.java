package gradwire.transport.grpc;

import gradwire.tensor.Floats;
import gradwire.transport.Outcome;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/** Frames for tests, and their bytes. */
final class Frames {
  static final long REQUEST = 1;

  /** Takes whatever comes. */
  private static final PayloadSink ANYWHERE =
      new PayloadSink() {
        @Override
        public MemorySegment destination(Frame header, int numBytes) {
          return Floats.allocate(Arena.ofAuto(), numBytes / Float.BYTES);
        }

        @Override
        public MemorySegment shared(Frame header, long numFloats) throws IOException {
          throw new IOException("shared: expected a payload");
        }
      };

  private Frames() {}

  static Frame push(long offset, long total, MemorySegment payload) {
    return push(REQUEST, offset, total, payload);
  }

  static Frame push(long request, long offset, long total, MemorySegment payload) {
    return new Frame(
        Frame.Kind.PUSH,
        3,
        2,
        77,
        1L << 40,
        9,
        Outcome.LATE,
        offset,
        total,
        request,
        false,
        payload);
  }

  static MemorySegment floats(int numFloats, long seed) {
    MemorySegment floats = Floats.allocate(Arena.ofAuto(), numFloats);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < numFloats; i++) {
      floats.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextDouble(-1, 1));
    }
    return floats;
  }

  static byte[] bytes(MemorySegment memory) {
    return memory.toArray(ValueLayout.JAVA_BYTE);
  }

  static byte[] written(Frame frame) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      new FrameOutput(frame, FrameOutput.Carriage.WRITTEN).drainTo(bytes);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Frame read(byte[] message) throws IOException {
    return read(message, ANYWHERE);
  }

  static Frame read(byte[] message, PayloadSink sink) throws IOException {
    return new FrameReader(sink).read(new ByteArrayInputStream(message));
  }
}
