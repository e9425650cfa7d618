package gradwire.transport.grpc;

import com.google.common.util.concurrent.ListenableFuture;
import gradwire.cluster.HostPort;
import gradwire.error.GradwireException;
import gradwire.tensor.Floats;
import gradwire.transport.Farewell;
import gradwire.transport.OpenReply;
import gradwire.transport.OpenRequest;
import gradwire.transport.Outcome;
import gradwire.transport.Push;
import gradwire.transport.ShardConnection;
import gradwire.transport.Weights;
import gradwire.transport.grpc.proto.AwaitOthersRequest;
import gradwire.transport.grpc.proto.LastStepRequest;
import gradwire.transport.grpc.proto.LeaveReply;
import gradwire.transport.grpc.proto.LeaveRequest;
import gradwire.transport.grpc.proto.ParameterServerGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A worker's gRPC line to one parameter server. One thread; see {@link ShardConnection}. */
public final class GrpcShardConnection implements ShardConnection {
  private static final int FLOW_CONTROL_WINDOW_BYTES = 16 << 20;

  /** What gRPC's own deadline gets on top before we stop waiting for it. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final String server;
  private final CallerLoop loop;
  private final Duration timeout;
  private final ManagedChannel channel;
  private int worker;
  private int incarnation;
  private @Nullable ClientCall<Frame, Frame> exchange;
  private final Answer answer;

  /**
   * @param task the server's name for messages, e.g. {@code ps-0}
   * @param loop of the thread that will use the connection; shared by all of a worker's
   * @param timeout bound of every wait
   */
  public GrpcShardConnection(String task, HostPort address, CallerLoop loop, Duration timeout) {
    this.server = task + " (" + address + ")";
    this.loop = loop;
    this.timeout = timeout;
    this.answer = new Answer(server, loop);
    this.channel =
        NettyChannelBuilder.forAddress(address.host(), address.port())
            .channelType(NioSocketChannel.class)
            .eventLoopGroup(loop.group())
            .directExecutor()
            .usePlaintext()
            .disableRetry()
            .maxInboundMessageSize(Frame.MAX_MESSAGE_BYTES)
            .flowControlWindow(FLOW_CONTROL_WINDOW_BYTES)
            .build();
  }

  @Override
  public OpenReply open(OpenRequest request) {
    worker = request.worker();
    incarnation = request.incarnation();
    var reply =
        call(
            "let this worker in (has worker-0 started? it brings the initial values)",
            stub -> stub.withWaitForReady().open(Messages.toProto(request)));
    if (reply.getProtocol() != Messages.PROTOCOL) {
      throw new GradwireException(
          server
              + ": expected protocol "
              + Messages.PROTOCOL
              + ", got "
              + reply.getProtocol()
              + "; run the same version of Gradwire on all hosts");
    }
    exchange = startExchange();
    return new OpenReply(reply.getStep(), reply.getInitialized());
  }

  private ClientCall<Frame, Frame> startExchange() {
    ClientCall<Frame, Frame> call = channel.newCall(Methods.exchange(answer), CallOptions.DEFAULT);
    call.start(answer, new Metadata());
    call.request(1);
    answer.onArrival(() -> call.request(1));
    return call;
  }

  @Override
  public void initialize(MemorySegment values) {
    answer.expect(Frame.NO_PAYLOAD);
    send(Frame.Kind.INITIALIZE, 0, 0, values);
    answer.awaitAccepted("take the initial values", timeout);
  }

  @Override
  public void push(Push push, MemorySegment gradient, MemorySegment weights) {
    answer.expect(weights);
    send(Frame.Kind.PUSH, push.sequence(), push.step(), gradient);
  }

  @Override
  public boolean awaitVerdict() {
    return answer.awaitAccepted("say whether it takes the gradient", timeout);
  }

  @Override
  public void pull(MemorySegment weights) {
    answer.expect(weights);
    send(Frame.Kind.PULL, 0, 0, Frame.NO_PAYLOAD);
  }

  @Override
  public Weights awaitWeights() {
    return answer.awaitWeights("answer with weights (the other workers' gradients?)", timeout);
  }

  private void send(Frame.Kind kind, long sequence, long step, MemorySegment payload) {
    ClientCall<Frame, Frame> call = exchange;
    if (call == null) {
      throw new IllegalStateException(server + ": not open");
    }
    long total = Floats.length(payload);
    long offset = 0;
    do {
      if (offset > 0) {
        answer.awaitReady(call::isReady, timeout);
      }
      long length = Math.min(total - offset, Frame.MAX_PAYLOAD_BYTES / Float.BYTES);
      call.sendMessage(
          new Frame(
              kind,
              worker,
              incarnation,
              sequence,
              step,
              0,
              Outcome.NONE,
              offset,
              total,
              Floats.slice(payload, offset, length),
              null));
      offset += length;
    } while (offset < total);
    loop.runNow();
  }

  @Override
  public long declareLastStep(long step) {
    LastStepRequest request =
        LastStepRequest.newBuilder()
            .setWorker(worker)
            .setIncarnation(incarnation)
            .setStep(step)
            .build();
    return call("take a new last step", stub -> stub.declareLastStep(request)).getStep();
  }

  @Override
  public void awaitOthers() {
    AwaitOthersRequest request =
        AwaitOthersRequest.newBuilder().setWorker(worker).setIncarnation(incarnation).build();
    var unused =
        call("see the other workers leave (see their logs)", stub -> stub.awaitOthers(request));
  }

  @Override
  public Farewell leave() {
    LeaveRequest request =
        LeaveRequest.newBuilder().setWorker(worker).setIncarnation(incarnation).build();
    LeaveReply reply = call("take leave of this worker", stub -> stub.leave(request));
    return new Farewell(reply.getApplied(), reply.getDropped());
  }

  private <A> A call(
      String what,
      Function<ParameterServerGrpc.ParameterServerFutureStub, ListenableFuture<A>> action) {
    ListenableFuture<A> future =
        action.apply(
            ParameterServerGrpc.newFutureStub(channel)
                .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS));
    if (!loop.runUntil(future::isDone, timeout.plus(GRACE))) {
      future.cancel(true);
      throw failed(what, Status.DEADLINE_EXCEEDED);
    }
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw failed(what, Status.fromThrowable(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed(what, Status.CANCELLED);
    }
  }

  private GradwireException failed(String what, Status status) {
    boolean timedOut = status.getCode() == Status.Code.DEADLINE_EXCEEDED;
    if (timedOut && !isInterrupted() && channel.getState(false) != ConnectivityState.READY) {
      return new GradwireException(
          server
              + ": could not connect within "
              + timeout.toSeconds()
              + " s; is it running, and reachable at this address?",
          status.asException());
    }
    return failure(server, what, status, timeout);
  }

  static GradwireException failure(String server, String what, Status status, Duration timeout) {
    if (isInterrupted()) {
      return new GradwireException(
          server + ": interrupted while waiting for it to " + what, status.asException());
    }
    String message =
        switch (status.getCode()) {
          case DEADLINE_EXCEEDED ->
              server + ": waited " + timeout.toSeconds() + " s for it to " + what;
          case FAILED_PRECONDITION -> server + ": " + status.getDescription();
          case UNAVAILABLE, CANCELLED ->
              server
                  + ": connection lost while waiting for it to "
                  + what
                  + "; did it end? see its log";
          default ->
              server
                  + ": did not "
                  + what
                  + ": "
                  + status.getCode()
                  + ", "
                  + status.getDescription();
        };
    return new GradwireException(message, status.asException());
  }

  private static boolean isInterrupted() {
    return Thread.currentThread().isInterrupted();
  }

  @Override
  public void close() {
    if (exchange != null) {
      exchange.halfClose();
      exchange = null;
    }
    channel.shutdown();
    if (!loop.runUntil(channel::isTerminated, GRACE)) {
      channel.shutdownNow();
      loop.runNow();
    }
  }
}
