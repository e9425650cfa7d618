package gradwire.simulation;

import static java.util.Objects.requireNonNull;

import gradwire.transport.OpenReply;
import gradwire.transport.OpenRequest;
import gradwire.transport.Push;
import gradwire.transport.Replier;
import gradwire.transport.ShardService;
import gradwire.transport.TensorBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Adds a step's gradients in the order in which they arrived: keeps them until all are here, and
 * hands the n-th that came over as the n-th worker's.
 */
final class ArrivalOrderService extends ForwardingService {
  private record Arrived(Push push, TensorBuffer gradient, Replier replier) {
    boolean cameOver(int incarnation, int line) {
      return push.incarnation() == incarnation && replier.line() == line;
    }
  }

  private final Scenario scenario;
  private final Map<Integer, OpenRequest> latest = new HashMap<>();
  private final Map<Integer, Long> handedOver = new HashMap<>();
  private final Map<Integer, Arrived> arrived = new LinkedHashMap<>();

  ArrivalOrderService(ShardService service, Scenario scenario) {
    super(service);
    this.scenario = scenario;
  }

  @Override
  public CompletableFuture<OpenReply> open(OpenRequest request) {
    return super.open(request).thenApply(reply -> opened(request, reply));
  }

  private OpenReply opened(OpenRequest request, OpenReply reply) {
    latest.put(request.worker(), request);
    arrived.remove(request.worker());
    handedOver.merge(request.worker(), reply.sequence(), Math::max);
    return reply;
  }

  @Override
  public void push(Push push, TensorBuffer gradient, Replier replier) {
    Arrived mine = new Arrived(push, gradient, replier);
    OpenRequest open = latest.get(push.worker());
    boolean late = open == null || !mine.cameOver(open.incarnation(), open.line());
    boolean tooFar = push.sequence() > scenario.endsAfter();
    if (late || tooFar || push.sequence() <= handedOver.getOrDefault(push.worker(), 0L)) {
      super.push(push, gradient, replier);
      return;
    }
    arrived.remove(push.worker());
    arrived.put(push.worker(), mine);
    if (arrived.size() == scenario.numReplicas()) {
      handOver();
    }
  }

  private void handOver() {
    List<Arrived> byArrival = new ArrayList<>(arrived.values());
    List<Arrived> byWorker = new ArrayList<>(byArrival);
    byWorker.sort(Comparator.comparingInt(one -> one.push().worker()));
    arrived.clear();
    for (int i = 0; i < byWorker.size(); i++) {
      Arrived one = byWorker.get(i);
      handedOver.put(one.push().worker(), one.push().sequence());
      super.push(one.push(), byArrival.get(i).gradient(), one.replier());
    }
  }

  @Override
  public void disconnected(int worker, int incarnation, int line, String why) {
    if (arrived.containsKey(worker)
        && requireNonNull(arrived.get(worker)).cameOver(incarnation, line)) {
      arrived.remove(worker);
    }
    super.disconnected(worker, incarnation, line, why);
  }
}
