package gradwire.transport.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import gradwire.error.GradwireException;
import gradwire.transport.OpenRequest;

/** An {@link OpenRequest} as bytes, for keeping: those that would be sent. */
public final class OpenRequestBytes {
  private OpenRequestBytes() {}

  public static byte[] of(OpenRequest request) {
    return Messages.toProto(request).toByteArray();
  }

  /**
   * Reads what {@link #of} made.
   *
   * @throws GradwireException if it is anything else, or of another version
   */
  public static OpenRequest parse(byte[] bytes) {
    try {
      return Messages.fromProto(gradwire.transport.grpc.proto.OpenRequest.parseFrom(bytes));
    } catch (InvalidProtocolBufferException e) {
      throw new GradwireException("expected an OpenRequest, got " + e.getMessage(), e);
    }
  }
}
