package gradwire.transport.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.MethodDescriptor;
import java.io.InputStream;
import java.util.concurrent.ScheduledExecutorService;

/** A bad line from the worker to the server. */
final class DisorderlyClient implements ClientInterceptor {
  private final long seed;
  private final Troubles troubles;
  private final ScheduledExecutorService clock;

  DisorderlyClient(long seed, Troubles troubles, ScheduledExecutorService clock) {
    this.seed = seed;
    this.troubles = troubles;
    this.clock = clock;
  }

  @Override
  public <A, B> ClientCall<A, B> interceptCall(
      MethodDescriptor<A, B> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      private final Disorder disorder =
          new Disorder(seed, troubles, clock, message -> super.sendMessage(raw(message)));

      @Override
      public void sendMessage(A message) {
        disorder.send((InputStream) message);
      }

      @Override
      public void halfClose() {
        disorder.end(super::halfClose);
      }
    };
  }

  /** Messages of the Exchange method are streams of their bytes. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <A> A raw(InputStream message) {
    return (A) message;
  }
}
