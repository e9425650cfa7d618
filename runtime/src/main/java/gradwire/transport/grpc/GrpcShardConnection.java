package gradwire.transport.grpc;

import com.google.common.util.concurrent.ListenableFuture;
import gradwire.cluster.ServerAddress;
import gradwire.config.Transport;
import gradwire.error.Expect;
import gradwire.error.GradwireException;
import gradwire.transport.Farewell;
import gradwire.transport.LineBrokenException;
import gradwire.transport.OpenReply;
import gradwire.transport.OpenRequest;
import gradwire.transport.Push;
import gradwire.transport.ShardConnection;
import gradwire.transport.SharedVectors;
import gradwire.transport.StaleIncarnationException;
import gradwire.transport.Weights;
import gradwire.transport.grpc.proto.AwaitOthersRequest;
import gradwire.transport.grpc.proto.LastStepRequest;
import gradwire.transport.grpc.proto.LeaveReply;
import gradwire.transport.grpc.proto.LeaveRequest;
import gradwire.transport.grpc.proto.ParameterServerGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A worker's gRPC line to one parameter server. One thread; see {@link ShardConnection}. */
public final class GrpcShardConnection implements ShardConnection {
  private static final int MESSAGES_AHEAD = 4;
  private static final String AWAITED = "answer with weights (the other workers' gradients?)";

  /** What gRPC's own deadline gets on top before we stop waiting for it. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final String server;
  private final CallerLoop loop;
  private final ConnectionOptions options;
  private final Duration timeout;
  private final Line line;
  private final ManagedChannel channel;
  private final List<ClientInterceptor> interceptors;
  private int worker;
  private int incarnation;
  private @Nullable RequestSender requests;
  private final Answer answer;
  private Runnable whileWaiting = () -> {};

  /**
   * @param task the server's name for messages, e.g. {@code ps-0}
   * @param loop of the thread that will use the connection; shared by all of a worker's
   */
  public GrpcShardConnection(
      String task, ServerAddress address, CallerLoop loop, ConnectionOptions options) {
    this(task, address, loop, options, List.of());
  }

  /**
   * @param interceptors around the Exchange stream, whose messages they see as on the wire
   */
  GrpcShardConnection(
      String task,
      ServerAddress address,
      CallerLoop loop,
      ConnectionOptions options,
      List<ClientInterceptor> interceptors) {
    this.server = task + " (" + address.network() + ")";
    this.loop = loop;
    this.options = options;
    this.timeout = options.timeout();
    this.answer = new Answer(server, loop);
    this.line = Line.choose(server, address, loop, options);
    this.channel = line.channel(loop);
    this.interceptors = interceptors;
  }

  @Override
  public void watch(Runnable whileWaiting) {
    this.whileWaiting = whileWaiting;
    answer.watch(whileWaiting);
  }

  @Override
  public OpenReply open(OpenRequest request) {
    worker = request.worker();
    incarnation = request.incarnation();
    expectConnection();
    var reply =
        call(
            "let this worker in (has worker-0 started? it brings the initial values)",
            stub -> stub.open(Messages.toProto(request)));
    if (reply.getProtocol() != Messages.PROTOCOL) {
      throw new GradwireException(
          server
              + ": expected protocol "
              + Messages.PROTOCOL
              + ", got "
              + reply.getProtocol()
              + "; run the same version of Gradwire on all hosts");
    }
    requests = startExchange(request);
    return new OpenReply(
        reply.getStep(),
        reply.getInitialized(),
        reply.getSequence(),
        reply.getApplied(),
        reply.getOrigin());
  }

  private void expectConnection() {
    boolean ended =
        loop.runUntil(
            () ->
                switch (channel.getState(true)) {
                  case READY, TRANSIENT_FAILURE, SHUTDOWN -> true;
                  case CONNECTING, IDLE -> false;
                },
            options.connectTimeout(),
            whileWaiting);
    if (isInterrupted()) {
      throw failure(server, "take the connection", Status.CANCELLED, timeout);
    }
    if (!ended || channel.getState(false) != ConnectivityState.READY) {
      throw new LineBrokenException(
          server
              + ": could not connect"
              + (ended ? "" : " within " + options.connectTimeout().toSeconds() + " s")
              + "; is it running, and reachable at this address?",
          Status.UNAVAILABLE.asException());
    }
  }

  private RequestSender startExchange(OpenRequest request) {
    Optional<SharedVectors> offered = request.shared().filter(v -> line.mayShareMemory());
    Metadata headers = new Metadata();
    headers.put(Methods.LINE, Integer.toString(request.line()));
    offered.ifPresent(shared -> headers.put(PeerMemory.OFFER, PeerMemory.offer(shared)));
    ClientCall<InputStream, InputStream> call =
        ClientInterceptors.intercept(channel, interceptors)
            .newCall(
                Methods.EXCHANGE,
                CallOptions.DEFAULT.withOnReadyThreshold(Channels.READY_BELOW_BYTES));
    call.start(answer, headers);
    call.request(MESSAGES_AHEAD);
    loop.runNow();
    Optional<SharedVectors> shared =
        offered.filter(o -> PeerMemory.ACCEPTED.equals(answer.awaitMemoryVerdict(timeout)));
    expectSharedIfWanted(offered);
    RequestSender sender = new RequestSender(call, answer, loop, worker, incarnation, shared);
    answer.begin(
        () -> call.request(1), shared.map(SharedVectors::weights).orElse(Frame.NO_PAYLOAD), sender);
    return sender;
  }

  private void expectSharedIfWanted(Optional<SharedVectors> offered) {
    if (options.transport() == Transport.SHM) {
      String verdict =
          offered.isEmpty()
              ? "the engine's vectors are not in memory that can be shared"
              : String.valueOf(answer.awaitMemoryVerdict(timeout));
      Expect.that(
          verdict.equals(PeerMemory.ACCEPTED),
          "training.transport",
          "a server that can map this worker's memory (same host, same user)",
          server + ": " + verdict,
          "use auto");
    }
  }

  @Override
  public String carrier() {
    return sharesMemory() ? "shm over " + line.label() : line.label();
  }

  @Override
  public boolean sharesMemory() {
    return requests != null && requests.sharesMemory();
  }

  @Override
  public void initialize(MemorySegment values) {
    sender().begin(Frame.Kind.INITIALIZE, 0, 0, values, Frame.NO_PAYLOAD);
    sender().sendAll(timeout);
    answer.awaitAccepted("take the initial values", timeout);
  }

  @Override
  public void push(Push push, MemorySegment gradient, MemorySegment weights) {
    beginPush(push, gradient, weights);
    sender().sendAll(timeout);
  }

  @Override
  public void beginPush(Push push, MemorySegment gradient, MemorySegment weights) {
    sender().begin(Frame.Kind.PUSH, push.sequence(), push.step(), gradient, weights);
  }

  @Override
  public void pushPiece(long begin, long length) {
    sender().sendPiece(begin, length);
  }

  @Override
  public boolean awaitVerdict() {
    return answer.awaitAccepted("say whether it takes the gradient", timeout);
  }

  @Override
  public void pull(OptionalLong step, MemorySegment weights) {
    long wanted = step.isPresent() ? step.getAsLong() + 1 : 0;
    sender().begin(Frame.Kind.PULL, wanted, 0, Frame.NO_PAYLOAD, weights);
    sender().sendAll(timeout);
  }

  @Override
  public Weights awaitStep() {
    return answer.awaitHeader(AWAITED, timeout);
  }

  @Override
  public void awaitFloats(long numFloats) {
    answer.awaitPrefix(numFloats, AWAITED, timeout);
  }

  @Override
  public Weights awaitWeights() {
    return answer.awaitAll(AWAITED, timeout);
  }

  @Override
  public void lookAfter() {
    answer.lookAfter(AWAITED, timeout);
  }

  private RequestSender sender() {
    RequestSender present = requests;
    if (present == null) {
      throw new IllegalStateException(server + ": not open");
    }
    return present;
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
    try {
      if (!loop.runUntil(future::isDone, timeout.plus(GRACE), whileWaiting)) {
        throw failed(what, Status.DEADLINE_EXCEEDED);
      }
      return future.get();
    } catch (ExecutionException e) {
      throw failed(what, Status.fromThrowable(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed(what, Status.CANCELLED);
    } finally {
      future.cancel(true); // no more than a word where it is done
    }
  }

  private GradwireException failed(String what, Status status) {
    return failure(server, what, status, timeout);
  }

  static GradwireException failure(String server, String what, Status status, Duration timeout) {
    if (isInterrupted()) {
      return new GradwireException(
          server + ": interrupted while waiting for it to " + what, status.asException());
    }
    if (LineStatus.isBroken(status)) {
      return new LineBrokenException(
          server
              + ": connection lost while waiting for it to "
              + what
              + "; did it end? see its log",
          status.asException());
    }
    return switch (status.getCode()) {
      case DEADLINE_EXCEEDED ->
          failure(server + ": waited " + timeout.toSeconds() + " s for it to " + what, status);
      case FAILED_PRECONDITION -> failure(server + ": " + status.getDescription(), status);
      case ABORTED ->
          new StaleIncarnationException(
              server + ": " + status.getDescription(), status.asException());
      default ->
          failure(
              "%s: did not %s: %s, %s"
                  .formatted(server, what, status.getCode(), status.getDescription()),
              status);
    };
  }

  private static GradwireException failure(String message, Status status) {
    return new GradwireException(message, status.asException());
  }

  private static boolean isInterrupted() {
    return Thread.currentThread().isInterrupted();
  }

  @Override
  public void close() {
    if (requests != null) {
      requests.close();
      requests = null;
    }
    channel.shutdown();
    if (!loop.runUntil(channel::isTerminated, GRACE)) {
      channel.shutdownNow();
      loop.runNow();
    }
  }
}
