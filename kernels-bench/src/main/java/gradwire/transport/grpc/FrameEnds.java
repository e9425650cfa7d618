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
  private final FrameMarshaller reader;

  /**
   * @param target where arriving payloads go
   */
  FrameEnds(MemorySegment target) {
    this.target = target;
    this.reader = new FrameMarshaller(new Target());
  }

  /** A push of one frame. */
  static Frame push(MemorySegment payload) {
    return new Frame(
        Frame.Kind.PUSH, 1, 0, 1, 1, 0, Outcome.NONE, 0, Floats.length(payload), payload, null);
  }

  /** Header, payload and checksum, as gRPC has them drained. */
  static int write(Frame frame, OutputStream out) throws IOException {
    return new FrameOutput(frame).drainTo(out);
  }

  /** Reads one whole message; throws if its checksum is wrong. */
  Frame read(InputStream message) throws IOException {
    Frame frame = reader.parse(message);
    if (frame.problem() != null) {
      throw new IOException(frame.problem());
    }
    return frame;
  }

  private final class Target implements PayloadSink {
    @Override
    public MemorySegment destination(Frame header, int numBytes) {
      return target.asSlice(0, numBytes);
    }

    @Override
    public void abandoned(MemorySegment destination) {}
  }
}
