package gradwire.transport.grpc;

import gradwire.error.GradwireException;
import gradwire.membership.Assignment;
import gradwire.membership.Beat;
import gradwire.membership.Member;
import gradwire.membership.MembershipPlan;
import gradwire.membership.Moves;
import gradwire.membership.Standing;
import gradwire.transport.grpc.proto.BeatRequest;
import gradwire.transport.grpc.proto.JoinRequest;
import gradwire.transport.grpc.proto.MemberId;
import gradwire.transport.grpc.proto.MembershipReply;
import gradwire.transport.grpc.proto.MovePolicy;
import gradwire.transport.grpc.proto.ReplicaAssignment;
import java.util.Optional;
import java.util.TreeMap;

/** What workers and the coordinator tell each other, to and from the wire's messages. */
final class MembershipMessages {
  private MembershipMessages() {}

  static JoinRequest toProto(Member member, MembershipPlan plan) {
    return JoinRequest.newBuilder()
        .setMember(toProto(member))
        .setNumWorkers(plan.numWorkers())
        .setNumReplicas(plan.numReplicas())
        .setLeaseMillis(plan.leaseMillis())
        .setMoves(
            switch (plan.moves()) {
              case NEVER -> MovePolicy.MOVE_NEVER;
              case WHEN_GONE -> MovePolicy.MOVE_WHEN_GONE;
              case WHEN_SLOW -> MovePolicy.MOVE_WHEN_SLOW;
            })
        .build();
  }

  static MembershipPlan plan(JoinRequest message) {
    return new MembershipPlan(
        message.getNumWorkers(),
        message.getNumReplicas(),
        message.getLeaseMillis(),
        switch (message.getMoves()) {
          case MOVE_NEVER -> Moves.NEVER;
          case MOVE_WHEN_GONE -> Moves.WHEN_GONE;
          case MOVE_WHEN_SLOW -> Moves.WHEN_SLOW;
          case UNRECOGNIZED ->
              throw new GradwireException(
                  "moves: expected a known policy, got number " + message.getMovesValue());
        });
  }

  private static MemberId toProto(Member member) {
    return MemberId.newBuilder()
        .setWorker(member.worker())
        .setIncarnation(member.incarnation())
        .setSession(member.session())
        .build();
  }

  static Member member(MemberId message) {
    notNegative("worker", message.getWorker());
    notNegative("incarnation", message.getIncarnation());
    return new Member(message.getWorker(), message.getIncarnation(), message.getSession());
  }

  static BeatRequest toProto(Beat beat) {
    return BeatRequest.newBuilder()
        .setMember(toProto(beat.member()))
        .setKnown(beat.knownVersion() + 1)
        .setStep(beat.step())
        .setNumGradients(beat.numGradients())
        .setNanosPerGradient(beat.nanosPerGradient())
        .setIntent(
            switch (beat.intent()) {
              case GO_ON -> BeatRequest.Intent.GO_ON;
              case LEAVE -> BeatRequest.Intent.LEAVE;
              case RETIRE -> BeatRequest.Intent.RETIRE;
            })
        .build();
  }

  static Beat beat(BeatRequest message) {
    notNegative("known", message.getKnown());
    notNegative("step", message.getStep());
    notNegative("num_gradients", message.getNumGradients());
    notNegative("nanos_per_gradient", message.getNanosPerGradient());
    return new Beat(
        member(message.getMember()),
        message.getKnown() - 1,
        message.getStep(),
        message.getNumGradients(),
        message.getNanosPerGradient(),
        switch (message.getIntent()) {
          case GO_ON -> Beat.Intent.GO_ON;
          case LEAVE -> Beat.Intent.LEAVE;
          case RETIRE -> Beat.Intent.RETIRE;
          case UNRECOGNIZED ->
              throw new GradwireException(
                  "intent: expected a known one, got number " + message.getIntentValue());
        });
  }

  /** The wire's unsigned numbers use all bits; nothing here ever counts that far. */
  private static void notNegative(String what, long value) {
    if (value < 0) {
      throw new GradwireException(
          what + ": expected at most half of its range, got " + Long.toUnsignedString(value));
    }
  }

  static MembershipReply toProto(Standing standing) {
    MembershipReply.Builder message =
        MembershipReply.newBuilder().setKnown(standing.known()).setFinished(standing.finished());
    standing
        .assignment()
        .ifPresent(
            assignment ->
                message.setAssignment(
                    ReplicaAssignment.newBuilder()
                        .setVersion(assignment.version())
                        .putAllIncarnations(assignment.incarnations())));
    return message.build();
  }

  static Standing standing(MembershipReply message) {
    return new Standing(
        message.getKnown(),
        message.hasAssignment()
            ? Optional.of(
                new Assignment(
                    message.getAssignment().getVersion(),
                    new TreeMap<>(message.getAssignment().getIncarnationsMap())))
            : Optional.empty(),
        message.getFinished());
  }
}
