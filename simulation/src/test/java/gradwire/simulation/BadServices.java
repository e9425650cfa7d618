package gradwire.simulation;

import gradwire.config.Consistency;
import gradwire.transport.OpenReply;
import gradwire.transport.OpenRequest;
import gradwire.transport.Outcome;
import gradwire.transport.Push;
import gradwire.transport.Replier;
import gradwire.transport.ShardService;
import gradwire.transport.ShardSettings;
import gradwire.transport.TensorBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** Servers that answer too early, twice or not at all. */
final class BadServices {
  private BadServices() {}

  /** A push is answered, then applied. */
  static ShardService answersFirst(ShardService service) {
    return new ForwardingService(service) {
      @Override
      public void push(Push push, TensorBuffer gradient, Replier replier) {
        Replier early = BadReplier.telling(replier, Outcome.APPLIED);
        super.pull(push.worker(), push.incarnation(), OptionalLong.empty(), early);
        super.push(push, gradient, BadReplier.silent(replier));
      }
    };
  }

  /** A push that comes again is given the next number. */
  static ShardService takesDuplicatesForNew(ShardService service) {
    return new ForwardingService(service) {
      private final Map<Integer, Long> last = new HashMap<>();
      private final Map<Integer, Long> shift = new HashMap<>();

      @Override
      public void push(Push push, TensorBuffer gradient, Replier replier) {
        int worker = push.worker();
        boolean again = push.sequence() <= last.getOrDefault(worker, 0L);
        long number = push.sequence() + shift.merge(worker, again ? 1L : 0L, Long::sum);
        last.merge(worker, push.sequence(), Math::max);
        super.push(new Push(worker, push.incarnation(), number, push.step()), gradient, replier);
      }
    };
  }

  /** What waits as its worker's line ends is forgotten, but counts as done. */
  static ShardService losesWhatWaits(ShardService service) {
    return new ForwardingService(service) {
      private final Map<Integer, Long> waiting = new HashMap<>();
      private final Map<Integer, Long> lost = new HashMap<>();

      @Override
      public void push(Push push, TensorBuffer gradient, Replier replier) {
        if (lost.getOrDefault(push.worker(), 0L) == push.sequence()) {
          gradient.release();
          Replier bad = BadReplier.telling(replier, Outcome.DUPLICATE);
          super.pull(push.worker(), push.incarnation(), OptionalLong.empty(), bad);
        } else {
          waiting.put(push.worker(), push.sequence());
          Runnable answered = () -> waiting.remove(push.worker());
          super.push(push, gradient, BadReplier.noting(replier, answered));
        }
      }

      @Override
      public void disconnected(int worker, int incarnation, int line, String why) {
        if (waiting.containsKey(worker)) {
          lost.put(worker, waiting.remove(worker));
        }
        super.disconnected(worker, incarnation, line, why);
      }
    };
  }

  /** Workers may be one step further ahead than the job says. */
  static ShardService laxBound(ShardService service) {
    return new ForwardingService(service) {
      @Override
      public CompletableFuture<OpenReply> open(OpenRequest request) {
        return super.open(
            new OpenRequest(
                request.worker(),
                request.numWorkers(),
                request.incarnation(),
                request.line(),
                request.layoutFingerprint(),
                request.settings().map(BadServices::lax),
                request.shared()));
      }
    };
  }

  private static ShardSettings lax(ShardSettings settings) {
    Consistency lax =
        settings.consistency() instanceof Consistency.Ssp(int maxLagSteps)
            ? new Consistency.Ssp(maxLagSteps + 1)
            : settings.consistency();
    return new ShardSettings(
        settings.shard(),
        settings.numShards(),
        settings.optimizer(),
        lax,
        settings.lastStep(),
        settings.checkpoint());
  }

  /** Of two who ask for the others' leave in one worker's name, the first hears nothing. */
  static ShardService answersTheLastAsker(ShardService service) {
    return new ForwardingService(service) {
      private final Map<Integer, CompletableFuture<Void>> askers = new HashMap<>();

      @Override
      public CompletableFuture<Void> awaitOthers(int worker, int incarnation) {
        CompletableFuture<Void> asker = new CompletableFuture<>();
        askers.put(worker, asker);
        var unused =
            super.awaitOthers(worker, incarnation)
                .thenRun(() -> askers.getOrDefault(worker, asker).complete(null));
        return asker;
      }
    };
  }
}
