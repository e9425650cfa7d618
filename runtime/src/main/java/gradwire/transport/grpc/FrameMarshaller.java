package gradwire.transport.grpc;

import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.io.InputStream;

/**
 * Writes and reads {@link Frame}s as the protobuf message {@code gradwire.v1.TensorFrame}, without
 * the copies and the garbage that generated code would make of the payload. Thread-safe.
 */
final class FrameMarshaller implements MethodDescriptor.Marshaller<Frame> {
  private final PayloadSink sink;

  /**
   * @param sink where arriving payloads go
   */
  FrameMarshaller(PayloadSink sink) {
    this.sink = sink;
  }

  @Override
  public InputStream stream(Frame frame) {
    return new FrameOutput(frame);
  }

  @Override
  public Frame parse(InputStream in) {
    FrameInput input = new FrameInput(in, sink);
    try {
      return input.read();
    } catch (IOException e) {
      sink.abandoned(input.payload());
      return Frame.refused("tensor frame refused: " + e.getMessage());
    }
  }
}
