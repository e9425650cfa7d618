package gradwire.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.cluster.HostPort;
import gradwire.config.Transport;
import gradwire.membership.Assignment;
import gradwire.membership.Beat;
import gradwire.membership.Coordination;
import gradwire.membership.Member;
import gradwire.membership.MembershipPlan;
import gradwire.membership.Moves;
import gradwire.membership.Standing;
import gradwire.server.ParameterServer;
import gradwire.transport.grpc.ConnectionOptions;
import gradwire.transport.grpc.GrpcMembership;
import gradwire.transport.grpc.GrpcShardServer;
import gradwire.transport.grpc.ServerOptions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a worker tells that wants to end, over a real line, to a coordinator played by hand. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
final class FarewellTest {
  private static final MembershipPlan PLAN = new MembershipPlan(1, 2, 8_000, Moves.WHEN_GONE);
  private static final Assignment FIRST = assignment(1, Map.of(0, 0));
  private static final Assignment MORE = assignment(2, Map.of(0, 0, 1, 1));

  /** Answers when the test does. */
  private static final class ByHand implements Coordination {
    record Question(Beat beat, CompletableFuture<Standing> answer) {}

    final BlockingQueue<Question> questions = new LinkedBlockingQueue<>();

    @Override
    public CompletableFuture<Standing> join(Member member, MembershipPlan plan) {
      return CompletableFuture.completedFuture(standing(FIRST));
    }

    @Override
    public CompletableFuture<Standing> beat(Beat beat) {
      CompletableFuture<Standing> answer = new CompletableFuture<>();
      questions.add(new Question(beat, answer));
      return answer;
    }
  }

  private static Assignment assignment(long version, Map<Integer, Integer> incarnations) {
    return new Assignment(version, new TreeMap<>(incarnations));
  }

  private static Standing standing(Assignment assignment) {
    return new Standing(true, Optional.of(assignment), false);
  }

  private static FutureTask<Boolean> retiring(GrpcMembership worker, Assignment done) {
    FutureTask<Boolean> retired = new FutureTask<>(() -> worker.retire(done));
    Thread thread = Thread.ofPlatform().daemon().start(retired);
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    return retired;
  }

  @Test
  void whoRetiresNamesWhatItHasDoneAndNotWhatItHasHeardSince() throws Exception {
    ByHand coordinator = new ByHand();
    try (ParameterServer server = new ParameterServer("ps-0", Optional.empty());
        GrpcShardServer grpc =
            new GrpcShardServer(
                "ps-0",
                new HostPort("127.0.0.1", 0),
                ServerOptions.PLAIN.coordinating(coordinator),
                server.service());
        GrpcMembership worker =
            new GrpcMembership(
                "ps-0",
                grpc::address,
                new Member(0, 0, 100),
                PLAN,
                new ConnectionOptions(
                    Transport.TCP,
                    Optional.empty(),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(20)))) {
      Assignment done = worker.awaitNewerThan(-1, 20_000);
      ByHand.Question underWay = coordinator.questions.take();
      FutureTask<Boolean> retired = retiring(worker, done);
      underWay.answer().complete(standing(MORE));

      ByHand.Question farewell = coordinator.questions.take();
      assertThat(farewell.beat().intent()).isEqualTo(Beat.Intent.RETIRE);
      assertThat(farewell.beat().knownVersion()).isEqualTo(FIRST.version());

      farewell.answer().complete(standing(MORE));
      assertThat(retired.get()).isFalse();
      assertThat(worker.assignment()).isEqualTo(MORE);
      coordinator.questions.take().answer().complete(standing(MORE));
    }
  }
}
