package gradwire.transport.grpc;

import gradwire.transport.Farewell;
import gradwire.transport.ShardService;
import gradwire.transport.grpc.proto.AwaitOthersReply;
import gradwire.transport.grpc.proto.AwaitOthersRequest;
import gradwire.transport.grpc.proto.LastStepReply;
import gradwire.transport.grpc.proto.LastStepRequest;
import gradwire.transport.grpc.proto.LeaveReply;
import gradwire.transport.grpc.proto.LeaveRequest;
import gradwire.transport.grpc.proto.OpenReply;
import gradwire.transport.grpc.proto.OpenRequest;
import gradwire.transport.grpc.proto.ParameterServerGrpc;
import io.grpc.ServerMethodDefinition;
import java.util.concurrent.CompletableFuture;

/** The calls that carry no tensors. Thread-safe. */
final class ControlService {
  private final ShardService service;

  ControlService(ShardService service) {
    this.service = service;
  }

  ServerMethodDefinition<OpenRequest, OpenReply> open() {
    return UnaryCalls.define(
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
                            .setOrigin(reply.origin())
                            .build()));
  }

  ServerMethodDefinition<LastStepRequest, LastStepReply> declareLastStep() {
    return UnaryCalls.define(
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
    return UnaryCalls.define(
        ParameterServerGrpc.getAwaitOthersMethod(),
        request ->
            service
                .awaitOthers(request.getWorker(), request.getIncarnation())
                .thenApply(nothing -> AwaitOthersReply.getDefaultInstance()));
  }

  ServerMethodDefinition<LeaveRequest, LeaveReply> leave() {
    return UnaryCalls.define(
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
}
