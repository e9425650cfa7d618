package gradwire.transport.inprocess;

import gradwire.error.GradwireException;
import gradwire.tensor.Floats;
import gradwire.trace.Lane;
import gradwire.trace.ServerTrace;
import gradwire.trace.Span;
import gradwire.transport.Farewell;
import gradwire.transport.OpenReply;
import gradwire.transport.OpenRequest;
import gradwire.transport.Push;
import gradwire.transport.Replier;
import gradwire.transport.ShardConnection;
import gradwire.transport.ShardService;
import gradwire.transport.TensorBuffer;
import gradwire.transport.Weights;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A worker's line to a parameter server in the same JVM. One thread; see {@link ShardConnection}.
 */
public final class InProcessShardConnection implements ShardConnection {
  private static final long LONGEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final String server;
  private final ShardService service;
  private final Duration timeout;
  private final ServerTrace trace;
  private Lane lane = Lane.OFF;
  private Runnable whileWaiting = () -> {};
  private int worker = -1;
  private int incarnation;
  private int line;
  private Answer answer = new Answer(0, MemorySegment.NULL);
  private @Nullable Unfinished unfinished;

  /** A push whose gradient is still being computed. */
  private static final class Unfinished {
    private final Push push;
    private final MemorySegment gradient;
    private final MemorySegment weights;
    private long missing;

    Unfinished(Push push, MemorySegment gradient, MemorySegment weights) {
      this.push = push;
      this.gradient = gradient;
      this.weights = weights;
      this.missing = Floats.length(gradient);
    }
  }

  private record Answer(
      int line,
      MemorySegment into,
      CompletableFuture<Boolean> verdict,
      CompletableFuture<Weights> weights)
      implements Replier {
    Answer(int line, MemorySegment into) {
      this(line, into, new CompletableFuture<>(), new CompletableFuture<>());
    }

    @Override
    public void accepted() {
      verdict.complete(true);
    }

    @Override
    public void weights(Weights reply, MemorySegment memory) {
      into.copyFrom(memory);
      weights.complete(reply);
      verdict.complete(false);
    }

    @Override
    public void fail(GradwireException failure) {
      weights.completeExceptionally(failure);
      verdict.completeExceptionally(failure);
    }
  }

  /**
   * @param server its name for messages, e.g. {@code ps-0}
   * @param timeout bound of every wait
   */
  public InProcessShardConnection(String server, ShardService service, Duration timeout) {
    this(server, service, timeout, ServerTrace.OFF);
  }

  /**
   * @param trace the server's: what it does for a push, the worker's thread does
   */
  public InProcessShardConnection(
      String server, ShardService service, Duration timeout, ServerTrace trace) {
    this.server = server;
    this.service = service;
    this.timeout = timeout;
    this.trace = trace;
  }

  @Override
  public OpenReply open(OpenRequest request) {
    worker = request.worker();
    incarnation = request.incarnation();
    line = request.line();
    lane = trace.from(worker);
    return await(service.open(request), "let this worker in (has worker-0 started?)");
  }

  @Override
  public void initialize(MemorySegment values) {
    service.initialize(worker, incarnation, TensorBuffer.borrowed(values));
  }

  @Override
  public void push(Push push, MemorySegment gradient, MemorySegment weights) {
    answer = new Answer(line, weights);
    long begun = lane.begin();
    lane.flowThrough(trace.flow(worker, push.sequence()));
    service.push(push, TensorBuffer.borrowed(gradient), answer);
    lane.end(Span.APPLY, begun, push.step());
  }

  @Override
  public void beginPush(Push push, MemorySegment gradient, MemorySegment weights) {
    unfinished = new Unfinished(push, gradient, weights);
  }

  /** Nothing is sent: the gradient is handed over when the last of it is there. */
  @Override
  public void pushPiece(long begin, long length) {
    Unfinished present = Objects.requireNonNull(unfinished, "beginPush comes first");
    present.missing -= length;
    if (present.missing == 0) {
      unfinished = null;
      push(present.push, present.gradient, present.weights);
    }
  }

  @Override
  public boolean awaitVerdict() {
    return await(answer.verdict(), "say whether it takes the gradient");
  }

  @Override
  public void pull(OptionalLong step, MemorySegment weights) {
    answer = new Answer(line, weights);
    service.pull(worker, incarnation, step, answer);
  }

  @Override
  public Weights awaitStep() {
    return awaitWeights();
  }

  @Override
  public void awaitFloats(long numFloats) {
    awaitWeights();
  }

  @Override
  public String carrier() {
    return "memory";
  }

  @Override
  public Weights awaitWeights() {
    return await(answer.weights(), "answer with weights (the other workers' gradients?)");
  }

  @Override
  public long declareLastStep(long step) {
    return service.declareLastStep(worker, incarnation, step);
  }

  @Override
  public void awaitOthers() {
    var unused = await(service.awaitOthers(worker, incarnation), "see the other workers leave");
  }

  @Override
  public Farewell leave() {
    return service.leave(worker, incarnation);
  }

  private <T> T await(CompletableFuture<T> future, String what) {
    try {
      return get(future);
    } catch (TimeoutException e) {
      throw new GradwireException(
          server + ": waited " + timeout.toSeconds() + " s for it to " + what, e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof GradwireException failure
          ? failure
          : new GradwireException(server + ": " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GradwireException(server + ": interrupted while waiting for it to " + what, e);
    }
  }

  private <T> T get(CompletableFuture<T> future)
      throws TimeoutException, ExecutionException, InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      long left = deadline - System.nanoTime();
      try {
        return future.get(Math.clamp(left, 0, LONGEST_WAIT_NANOS), TimeUnit.NANOSECONDS);
      } catch (TimeoutException notYet) {
        if (left <= LONGEST_WAIT_NANOS) {
          throw notYet;
        }
        whileWaiting.run();
      }
    }
  }

  @Override
  public void watch(Runnable whileWaiting) {
    this.whileWaiting = whileWaiting;
  }

  @Override
  public void close() {
    if (worker >= 0) {
      service.disconnected(worker, incarnation, line, "the worker's thread ended");
    }
  }
}
