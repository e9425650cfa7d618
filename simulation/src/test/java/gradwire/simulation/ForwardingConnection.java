package gradwire.simulation;

import gradwire.transport.Farewell;
import gradwire.transport.OpenReply;
import gradwire.transport.OpenRequest;
import gradwire.transport.Push;
import gradwire.transport.ShardConnection;
import gradwire.transport.Weights;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

/** A worker's way to a server; where a planted bug is put in between. */
class ForwardingConnection implements ShardConnection {
  private final ShardConnection connection;

  ForwardingConnection(ShardConnection connection) {
    this.connection = connection;
  }

  @Override
  public OpenReply open(OpenRequest request) {
    return connection.open(request);
  }

  @Override
  public void initialize(MemorySegment values) {
    connection.initialize(values);
  }

  @Override
  public void push(Push push, MemorySegment gradient, MemorySegment weights) {
    connection.push(push, gradient, weights);
  }

  @Override
  public void beginPush(Push push, MemorySegment gradient, MemorySegment weights) {
    connection.beginPush(push, gradient, weights);
  }

  @Override
  public void pushPiece(long begin, long length) {
    connection.pushPiece(begin, length);
  }

  @Override
  public boolean awaitVerdict() {
    return connection.awaitVerdict();
  }

  @Override
  public void pull(OptionalLong step, MemorySegment weights) {
    connection.pull(step, weights);
  }

  @Override
  public Weights awaitStep() {
    return connection.awaitStep();
  }

  @Override
  public void awaitFloats(long numFloats) {
    connection.awaitFloats(numFloats);
  }

  @Override
  public Weights awaitWeights() {
    return connection.awaitWeights();
  }

  @Override
  public String carrier() {
    return connection.carrier();
  }

  @Override
  public long declareLastStep(long step) {
    return connection.declareLastStep(step);
  }

  @Override
  public void awaitOthers() {
    connection.awaitOthers();
  }

  @Override
  public Farewell leave() {
    return connection.leave();
  }

  @Override
  public void watch(Runnable whileWaiting) {
    connection.watch(whileWaiting);
  }

  @Override
  public void lookAfter() {
    connection.lookAfter();
  }

  @Override
  public void close() {
    connection.close();
  }
}
