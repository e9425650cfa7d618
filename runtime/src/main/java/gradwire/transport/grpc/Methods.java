package gradwire.transport.grpc;

import gradwire.transport.grpc.proto.ParameterServerGrpc;
import io.grpc.MethodDescriptor;

/** The Exchange method with our marshaller in place of the generated one; same name, same bytes. */
final class Methods {
  private Methods() {}

  static MethodDescriptor<Frame, Frame> exchange(PayloadSink sink) {
    FrameMarshaller marshaller = new FrameMarshaller(sink);
    return MethodDescriptor.<Frame, Frame>newBuilder()
        .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
        .setFullMethodName(ParameterServerGrpc.getExchangeMethod().getFullMethodName())
        .setRequestMarshaller(marshaller)
        .setResponseMarshaller(marshaller)
        .build();
  }
}
