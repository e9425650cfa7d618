package gradwire.transport.grpc;

import gradwire.membership.Coordination;
import gradwire.transport.grpc.proto.LivenessGrpc;
import gradwire.transport.grpc.proto.MembershipGrpc;
import gradwire.transport.grpc.proto.PingReply;
import io.grpc.ServerServiceDefinition;
import java.util.concurrent.CompletableFuture;

/** The services that tell who is there. */
final class MembershipCalls {
  private MembershipCalls() {}

  static ServerServiceDefinition membership(Coordination coordination) {
    return ServerServiceDefinition.builder(MembershipGrpc.SERVICE_NAME)
        .addMethod(
            UnaryCalls.define(
                MembershipGrpc.getJoinMethod(),
                request ->
                    coordination
                        .join(
                            MembershipMessages.member(request.getMember()),
                            MembershipMessages.plan(request))
                        .thenApply(MembershipMessages::toProto)))
        .addMethod(
            UnaryCalls.define(
                MembershipGrpc.getBeatMethod(),
                request ->
                    coordination
                        .beat(MembershipMessages.beat(request))
                        .thenApply(MembershipMessages::toProto)))
        .build();
  }

  static ServerServiceDefinition liveness() {
    return ServerServiceDefinition.builder(LivenessGrpc.SERVICE_NAME)
        .addMethod(
            UnaryCalls.define(
                LivenessGrpc.getPingMethod(),
                request -> CompletableFuture.completedFuture(PingReply.getDefaultInstance())))
        .build();
  }
}
