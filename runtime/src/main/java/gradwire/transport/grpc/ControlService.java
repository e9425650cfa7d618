package gradwire.transport.grpc;

import gradwire.error.GradwireException;
import gradwire.transport.Farewell;
import gradwire.transport.ShardService;
import gradwire.transport.StaleIncarnationException;
import gradwire.transport.grpc.proto.AwaitOthersReply;
import gradwire.transport.grpc.proto.AwaitOthersRequest;
import gradwire.transport.grpc.proto.LastStepReply;
import gradwire.transport.grpc.proto.LastStepRequest;
import gradwire.transport.grpc.proto.LeaveReply;
import gradwire.transport.grpc.proto.LeaveRequest;
import gradwire.transport.grpc.proto.OpenReply;
import gradwire.transport.grpc.proto.OpenRequest;
import gradwire.transport.grpc.proto.ParameterServerGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/** The calls that carry no tensors. Thread-safe. */
final class ControlService {
  private final ShardService service;

  ControlService(ShardService service) {
    this.service = service;
  }

  ServerMethodDefinition<OpenRequest, OpenReply> open() {
    return unary(
        ParameterServerGrpc.getOpenMethod(),
        request ->
            service
                .open(Messages.fromProto(request))
                .thenApply(
                    reply ->
                        OpenReply.newBuilder()
                            .setProtocol(Messages.PROTOCOL)
                            .setStep(reply.step())
                            .setInitialized(reply.initialized())
                            .setSequence(reply.sequence())
                            .setApplied(reply.applied())
                            .build()));
  }

  ServerMethodDefinition<LastStepRequest, LastStepReply> declareLastStep() {
    return unary(
        ParameterServerGrpc.getDeclareLastStepMethod(),
        request -> {
          long step =
              service.declareLastStep(
                  request.getWorker(), request.getIncarnation(), request.getStep());
          return CompletableFuture.completedFuture(
              LastStepReply.newBuilder().setStep(step).build());
        });
  }

  ServerMethodDefinition<AwaitOthersRequest, AwaitOthersReply> awaitOthers() {
    return unary(
        ParameterServerGrpc.getAwaitOthersMethod(),
        request ->
            service
                .awaitOthers(request.getWorker(), request.getIncarnation())
                .thenApply(nothing -> AwaitOthersReply.getDefaultInstance()));
  }

  ServerMethodDefinition<LeaveRequest, LeaveReply> leave() {
    return unary(
        ParameterServerGrpc.getLeaveMethod(),
        request -> {
          Farewell farewell = service.leave(request.getWorker(), request.getIncarnation());
          return CompletableFuture.completedFuture(
              LeaveReply.newBuilder()
                  .setApplied(farewell.applied())
                  .setDropped(farewell.dropped())
                  .build());
        });
  }

  private static <Q, A> ServerMethodDefinition<Q, A> unary(
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
    return cause instanceof GradwireException refused
        ? refusal(refused)
        : Status.INTERNAL.withDescription(String.valueOf(cause)).withCause(cause);
  }

  /** How a caller is told that it was refused: what it may do about it differs. */
  static Status refusal(GradwireException refused) {
    return (refused instanceof StaleIncarnationException
            ? Status.ABORTED
            : Status.FAILED_PRECONDITION)
        .withDescription(refused.getMessage());
  }
}
