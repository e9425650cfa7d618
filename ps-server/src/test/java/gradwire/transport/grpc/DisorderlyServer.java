package gradwire.transport.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.io.InputStream;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;

/** Bad lines from the server to its workers. */
final class DisorderlyServer implements ServerInterceptor {
  private final AtomicLong seed;
  private final Troubles troubles;
  private final ScheduledExecutorService clock;

  DisorderlyServer(long seed, Troubles troubles, ScheduledExecutorService clock) {
    this.seed = new AtomicLong(seed);
    this.troubles = troubles;
    this.clock = clock;
  }

  @Override
  public <A, B> ServerCall.Listener<A> interceptCall(
      ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    boolean isExchange = method.equals(Methods.EXCHANGE.getFullMethodName());
    return next.startCall(isExchange ? disorderly(call) : call, headers);
  }

  private <A, B> ServerCall<A, B> disorderly(ServerCall<A, B> call) {
    return new SimpleForwardingServerCall<>(call) {
      private final Disorder disorder =
          new Disorder(
              seed.getAndIncrement(), troubles, clock, message -> super.sendMessage(raw(message)));

      @Override
      public void sendMessage(B message) {
        disorder.send((InputStream) message);
      }

      @Override
      public void close(Status status, Metadata trailers) {
        disorder.end(() -> super.close(status, trailers));
      }
    };
  }

  /** Messages of the Exchange method are streams of their bytes. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <A> A raw(InputStream message) {
    return (A) message;
  }
}
