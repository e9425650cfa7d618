package gradwire.simulation;

import gradwire.transport.Farewell;
import gradwire.transport.OpenReply;
import gradwire.transport.OpenRequest;
import gradwire.transport.Push;
import gradwire.transport.Replier;
import gradwire.transport.ShardService;
import gradwire.transport.TensorBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** Takes older incarnations, or older lines of an incarnation, for the latest. */
final class FencelessService extends ForwardingService {
  /** What is fenced off no more. */
  enum Fence {
    INCARNATION,
    LINE
  }

  private record Place(int incarnation, int line) {}

  private final Fence missing;
  private final Map<Integer, Place> latest = new HashMap<>();

  FencelessService(ShardService service, Fence missing) {
    super(service);
    this.missing = missing;
  }

  private Place taken(int worker, int incarnation, int line) {
    Place mine = new Place(incarnation, line);
    Place last = latest.getOrDefault(worker, mine);
    boolean older =
        switch (missing) {
          case INCARNATION -> incarnation < last.incarnation();
          case LINE -> incarnation == last.incarnation() && line < last.line();
        };
    return older ? last : mine;
  }

  private int taken(int worker, int incarnation) {
    return taken(worker, incarnation, Integer.MAX_VALUE).incarnation();
  }

  @Override
  public CompletableFuture<OpenReply> open(OpenRequest request) {
    Place place = taken(request.worker(), request.incarnation(), request.line());
    latest.put(request.worker(), place);
    return super.open(
        new OpenRequest(
            request.worker(),
            request.numWorkers(),
            place.incarnation(),
            place.line(),
            request.layoutFingerprint(),
            request.settings(),
            request.shared()));
  }

  @Override
  public void initialize(int worker, int incarnation, TensorBuffer values) {
    super.initialize(worker, taken(worker, incarnation), values);
  }

  @Override
  public void push(Push push, TensorBuffer gradient, Replier replier) {
    Place place = taken(push.worker(), push.incarnation(), replier.line());
    super.push(
        new Push(push.worker(), place.incarnation(), push.sequence(), push.step()),
        gradient,
        BadReplier.over(replier, place.line()));
  }

  @Override
  public void pull(int worker, int incarnation, OptionalLong step, Replier replier) {
    Place place = taken(worker, incarnation, replier.line());
    super.pull(worker, place.incarnation(), step, BadReplier.over(replier, place.line()));
  }

  @Override
  public CompletableFuture<Void> awaitOthers(int worker, int incarnation) {
    return super.awaitOthers(worker, taken(worker, incarnation));
  }

  @Override
  public Farewell leave(int worker, int incarnation) {
    return super.leave(worker, taken(worker, incarnation));
  }

  @Override
  public void disconnected(int worker, int incarnation, int line, String why) {
    Place place = taken(worker, incarnation, line);
    super.disconnected(worker, place.incarnation(), place.line(), why);
  }
}
