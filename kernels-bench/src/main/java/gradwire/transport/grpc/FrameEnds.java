package gradwire.transport.grpc;

import gradwire.tensor.Floats;
import gradwire.transport.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.NullMarked;

/** The one place that knows how the transport writes and reads a frame. One thread. */
@NullMarked
final class FrameEnds {
  private final MemorySegment target;
  private final FrameReader reader;

  /**
   * @param target where arriving payloads go
   */
  FrameEnds(MemorySegment target) {
    this.target = target;
    this.reader = new FrameReader(new Target());
  }

  /** A push of one frame. */
  static Frame push(MemorySegment payload) {
    return new Frame(
        Frame.Kind.PUSH, 1, 0, 1, 1, 0, Outcome.NONE, 0, Floats.length(payload), 1, false, payload);
  }

  /** Header, payload and checksum, as gRPC has them drained. */
  static int write(Frame frame, OutputStream out) throws IOException {
    return new FrameOutput(frame, FrameOutput.Carriage.WRITTEN).drainTo(out);
  }

  /** Reads one whole message; throws if its checksum is wrong. */
  Frame read(InputStream message) throws IOException {
    return reader.read(message);
  }

  private final class Target implements PayloadSink {
    @Override
    public MemorySegment destination(Frame header, int numBytes) {
      return target.asSlice(0, numBytes);
    }

    @Override
    public MemorySegment shared(Frame header, long numFloats) throws IOException {
      throw new IOException("shared: expected a payload");
    }
  }
}
