package gradwire.transport.grpc;

import com.google.common.util.concurrent.ListenableFuture;
import gradwire.cluster.ServerAddress;
import gradwire.error.GradwireException;
import gradwire.transport.LineBrokenException;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A line for what is asked about a server itself: small messages, each with a deadline. On the
 * server's host by the socket that is there for it. One thread: the loop's.
 */
final class ControlLine implements AutoCloseable {
  private static final Duration CLOSE_WITHIN = Duration.ofMillis(200);

  private final String server;
  private final CallerLoop loop;
  private final ManagedChannel channel;

  /**
   * @throws LineBrokenException if only a Unix domain socket will do and there is none to be
   *     reached
   */
  ControlLine(String task, ServerAddress address, CallerLoop loop, ConnectionOptions options) {
    this.server = task + " (" + address.network() + ")";
    this.loop = loop;
    this.channel =
        Line.choose(
                server,
                new ServerAddress(
                    address.network(), address.localSocket().map(Channels::controlSocket)),
                loop,
                options)
            .channel(loop);
  }

  <Q, A> ListenableFuture<A> begin(MethodDescriptor<Q, A> method, Q request, Duration limit) {
    return ClientCalls.futureUnaryCall(
        channel.newCall(
            method, CallOptions.DEFAULT.withDeadlineAfter(limit.toNanos(), TimeUnit.NANOSECONDS)),
        request);
  }

  /**
   * Asks and waits.
   *
   * @throws LineBrokenException if no answer comes, or the server cannot answer now
   * @throws GradwireException if the server refuses
   */
  <Q, A> A call(String what, MethodDescriptor<Q, A> method, Q request, Duration limit) {
    ListenableFuture<A> future = begin(method, request, limit);
    if (!loop.runUntil(future::isDone, limit)) {
      future.cancel(true);
      throw failure(what, Status.DEADLINE_EXCEEDED, limit);
    }
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw failure(what, Status.fromThrowable(e), limit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure(what, Status.CANCELLED, limit);
    }
  }

  private GradwireException failure(String what, Status status, Duration limit) {
    if (LineStatus.isBroken(status) || status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
      return new LineBrokenException(
          "%s: did not %s within %d ms (%s)"
              .formatted(server, what, limit.toMillis(), told(status)),
          status.asException());
    }
    return status.getCode() == Status.Code.FAILED_PRECONDITION
        ? new GradwireException(server + ": " + status.getDescription())
        : new GradwireException(
            "%s: did not %s: %s".formatted(server, what, told(status)), status.asException());
  }

  private static String told(Status status) {
    return status.getDescription() == null
        ? status.getCode().toString()
        : status.getCode() + ", " + status.getDescription();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    loop.runUntil(channel::isTerminated, CLOSE_WITHIN);
  }
}
