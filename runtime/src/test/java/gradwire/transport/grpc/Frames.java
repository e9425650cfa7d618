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
  private Frames() {}

  static Frame push(long offset, long total, MemorySegment payload) {
    return new Frame(
        Frame.Kind.PUSH, 3, 2, 77, 1L << 40, 9, Outcome.LATE, offset, total, payload, null);
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
      new FrameOutput(frame).drainTo(bytes);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Frame read(byte[] message, BufferPool pool) {
    return new FrameMarshaller(pool).parse(new ByteArrayInputStream(message));
  }
}
