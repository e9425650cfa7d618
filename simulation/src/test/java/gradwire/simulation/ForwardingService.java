package gradwire.simulation;

import gradwire.transport.Farewell;
import gradwire.transport.OpenReply;
import gradwire.transport.OpenRequest;
import gradwire.transport.Push;
import gradwire.transport.Replier;
import gradwire.transport.ShardService;
import gradwire.transport.TensorBuffer;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** A server process as workers reach it; where a planted bug is put in between. */
class ForwardingService implements ShardService {
  private final ShardService service;

  ForwardingService(ShardService service) {
    this.service = service;
  }

  @Override
  public CompletableFuture<OpenReply> open(OpenRequest request) {
    return service.open(request);
  }

  @Override
  public void initialize(int worker, int incarnation, TensorBuffer values) {
    service.initialize(worker, incarnation, values);
  }

  @Override
  public long numFloats() {
    return service.numFloats();
  }

  @Override
  public void push(Push push, TensorBuffer gradient, Replier replier) {
    service.push(push, gradient, replier);
  }

  @Override
  public void pull(int worker, int incarnation, OptionalLong step, Replier replier) {
    service.pull(worker, incarnation, step, replier);
  }

  @Override
  public long declareLastStep(int worker, int incarnation, long step) {
    return service.declareLastStep(worker, incarnation, step);
  }

  @Override
  public CompletableFuture<Void> awaitOthers(int worker, int incarnation) {
    return service.awaitOthers(worker, incarnation);
  }

  @Override
  public Farewell leave(int worker, int incarnation) {
    return service.leave(worker, incarnation);
  }

  @Override
  public void disconnected(int worker, int incarnation, int line, String why) {
    service.disconnected(worker, incarnation, line, why);
  }
}
