package gradwire.transport.grpc;

import gradwire.error.GradwireException;
import gradwire.membership.NotNowException;
import gradwire.transport.StaleIncarnationException;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/** Calls of one message each way, answered when a future is; a refusal carries its words. */
final class UnaryCalls {
  private UnaryCalls() {}

  static <Q, A> ServerMethodDefinition<Q, A> define(
      MethodDescriptor<Q, A> method, Function<Q, CompletableFuture<A>> action) {
    return ServerMethodDefinition.create(
        method,
        ServerCalls.asyncUnaryCall(
            (Q request, StreamObserver<A> observer) -> answer(request, observer, action)));
  }

  private static <Q, A> void answer(
      Q request, StreamObserver<A> observer, Function<Q, CompletableFuture<A>> action) {
    CompletableFuture<A> future;
    try {
      future = action.apply(request);
    } catch (RuntimeException | OutOfMemoryError failure) {
      future = CompletableFuture.failedFuture(failure);
    }
    future.whenComplete(
        (answer, failure) -> {
          if (failure == null) {
            observer.onNext(answer);
            observer.onCompleted();
          } else {
            observer.onError(status(failure).asRuntimeException());
          }
        });
  }

  private static Status status(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return switch (cause) {
      case NotNowException later -> Status.UNAVAILABLE.withDescription(later.getMessage());
      case GradwireException refused -> refusal(refused);
      case null, default -> Status.INTERNAL.withDescription(String.valueOf(cause)).withCause(cause);
    };
  }

  /** How a caller is told that it was refused: what it may do about it differs. */
  static Status refusal(GradwireException refused) {
    return (refused instanceof StaleIncarnationException
            ? Status.ABORTED
            : Status.FAILED_PRECONDITION)
        .withDescription(refused.getMessage());
  }
}
