package gradwire.transport.grpc;

import gradwire.transport.grpc.proto.ParameterServerGrpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.io.InputStream;

/**
 * The Exchange method with messages as they are on the wire; same name, same bytes as the generated
 * one. Both ends read and write frames themselves, where they know what belongs where.
 */
final class Methods {
  private static final MethodDescriptor.Marshaller<InputStream> AS_IT_IS =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(InputStream message) {
          return message;
        }

        @Override
        public InputStream parse(InputStream message) {
          return message;
        }
      };

  static final MethodDescriptor<InputStream, InputStream> EXCHANGE =
      MethodDescriptor.<InputStream, InputStream>newBuilder()
          .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
          .setFullMethodName(ParameterServerGrpc.getExchangeMethod().getFullMethodName())
          .setRequestMarshaller(AS_IT_IS)
          .setResponseMarshaller(AS_IT_IS)
          .build();

  /** The number of the line, on the request headers of its stream; left out, it is the first. */
  static final Metadata.Key<String> LINE =
      Metadata.Key.of("gradwire-line", Metadata.ASCII_STRING_MARSHALLER);

  private static final int NO_LINE = -1;

  private Methods() {}

  /**
   * The number of the line that a stream is of; one that no line has if there is no sense in it.
   */
  static int line(Metadata headers) {
    String number = headers.get(LINE);
    try {
      return number == null ? 0 : Integer.parseUnsignedInt(number);
    } catch (NumberFormatException e) {
      return NO_LINE;
    }
  }
}
