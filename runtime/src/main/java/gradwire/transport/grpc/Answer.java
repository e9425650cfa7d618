package gradwire.transport.grpc;

import gradwire.tensor.Floats;
import gradwire.transport.Weights;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What comes back on a worker's Exchange stream: weights go straight to where the worker wants
 * them. One thread: the worker's own, which drives the connection while it waits here.
 */
final class Answer extends ClientCall.Listener<InputStream> implements PayloadSink {
  /** What the connection does when frames were damaged. */
  interface Repair {
    /**
     * The server wants again what came damaged.
     *
     * @param number it says so for the n-th time; an earlier time that comes late asks for nothing
     *     new
     * @param whole the last request that it has all of
     */
    void requestWanted(long number, long whole);

    /** Of the answer, something came damaged. */
    void answerDamaged(IOException why);

    /** Whether anything of the request or its answer was damaged. */
    boolean isTroubled();

    /** After trouble, to be called now and then: what repaired it may itself have been damaged. */
    void stillWaiting();
  }

  private static final Duration ASK_EVERY = Duration.ofMillis(5);

  private final String server;
  private final CallerLoop loop;
  private final FrameReader reader = new FrameReader(this);
  private final Coverage coverage = new Coverage();
  private Runnable taken = () -> {};
  private Runnable whileWaiting = () -> {};
  private @Nullable Repair repair;
  private MemorySegment expected = Frame.NO_PAYLOAD;
  private MemorySegment seen = Frame.NO_PAYLOAD;
  private long request;

  /** Where the last frame's payload was written, sound or not. */
  private long writtenBegin;

  private long writtenEnd;
  private boolean accepted;
  private @Nullable Weights weights;
  private @Nullable Status ended;
  private @Nullable String memoryVerdict;
  private boolean begun;

  Answer(String server, CallerLoop loop) {
    this.server = server;
    this.loop = loop;
  }

  /**
   * @param nextPlease asks the stream for one more message
   * @param shared where the server writes weights instead of sending them, if it does
   */
  void begin(Runnable nextPlease, MemorySegment shared, Repair repair) {
    taken = nextPlease;
    seen = shared;
    this.repair = repair;
  }

  /** See {@link gradwire.transport.ShardConnection#watch}. */
  void watch(Runnable whileWaiting) {
    this.whileWaiting = whileWaiting;
  }

  /** The answer to request {@code number} goes to {@code memory}. */
  void expect(long number, MemorySegment memory) {
    request = number;
    reader.taken().requestIsOver();
    expected = memory;
    coverage.begin(Floats.length(memory));
    accepted = false;
    weights = null;
  }

  @Override
  public void onHeaders(Metadata headers) {
    memoryVerdict = headers.get(PeerMemory.VERDICT);
    begun = true;
  }

  @Override
  public MemorySegment destination(Frame header, int numBytes) throws IOException {
    writtenEnd = writtenBegin;
    if (header.request() != request) {
      return Frame.NO_PAYLOAD;
    }
    if (header.kind() != Frame.Kind.WEIGHTS || header.total() != Floats.length(expected)) {
      throw new IOException(
          "expected WEIGHTS of "
              + Floats.length(expected)
              + " floats, got "
              + header.kind()
              + " of "
              + header.total());
    }
    long end = header.offset() + numBytes / Float.BYTES;
    if (coverage.contains(header.offset(), end)) {
      return Frame.NO_PAYLOAD;
    }
    writtenBegin = header.offset();
    writtenEnd = end;
    return expected.asSlice(header.offset() * Float.BYTES, numBytes);
  }

  @Override
  public MemorySegment shared(Frame header, long numFloats) throws IOException {
    if (header.offset() + numFloats > Floats.length(seen)) {
      throw new IOException("shared: expected floats of the shard, got some beyond it");
    }
    return Floats.slice(seen, header.offset(), numFloats);
  }

  @Override
  public void onMessage(InputStream message) {
    try {
      Frame frame = reader.read(message);
      if (frame.request() == request || frame.kind() == Frame.Kind.RESEND) {
        take(frame);
      }
    } catch (IOException damaged) {
      if (isWanting() && !(damaged instanceof LateCopyException)) {
        repairing().answerDamaged(damaged);
      }
    }
    taken.run();
  }

  private void take(Frame frame) {
    switch (frame.kind()) {
      case ACCEPTED -> accepted = true;
      case WEIGHTS -> takeWeights(frame);
      case RESEND -> repairing().requestWanted(frame.sequence(), frame.request());
      case INITIALIZE, PUSH, PULL, UNSPECIFIED ->
          ended =
              Status.INTERNAL.withDescription("expected WEIGHTS or ACCEPTED, got " + frame.kind());
    }
  }

  private void takeWeights(Frame frame) {
    boolean elsewhere = frame.isShared() && expected.address() != seen.address();
    if (elsewhere) {
      Floats.slice(expected, frame.offset(), frame.numFloats()).copyFrom(frame.payload());
    }
    writtenEnd = writtenBegin;
    coverage.add(frame.offset(), frame.end());
    weights = new Weights(frame.outcome(), frame.step(), frame.lastStep());
  }

  private Repair repairing() {
    Repair present = repair;
    if (present == null) {
      throw new IllegalStateException("a frame before the stream was begun");
    }
    return present;
  }

  /** The last frame was damaged: what it was written over must come again. */
  void drop() {
    coverage.remove(writtenBegin, writtenEnd);
  }

  boolean isWanting() {
    return weights == null || !coverage.isComplete();
  }

  /** The stream cannot go on. */
  void giveUp(Status why) {
    ended = why;
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    ended = status.isOk() ? Status.UNAVAILABLE.withDescription("stream closed") : status;
  }

  /** The server's word on shared memory; null where it said nothing. */
  @Nullable String awaitMemoryVerdict(Duration timeout) {
    await(() -> begun, "begin the exchange", timeout);
    return memoryVerdict;
  }

  /** True when taken; false when weights came instead. */
  boolean awaitAccepted(String what, Duration timeout) {
    await(() -> accepted || !isWanting(), what, timeout);
    return accepted;
  }

  /** Waits for the answer's first frame, whatever its floats. */
  Weights awaitHeader(String what, Duration timeout) {
    await(() -> weights != null, what, timeout);
    return present();
  }

  /** Waits until floats {@code [0, numFloats)} are there. */
  Weights awaitPrefix(long numFloats, String what, Duration timeout) {
    await(() -> weights != null && coverage.prefix() >= numFloats, what, timeout);
    return present();
  }

  Weights awaitAll(String what, Duration timeout) {
    return awaitPrefix(Floats.length(expected), what, timeout);
  }

  private Weights present() {
    Weights result = weights;
    if (result == null) {
      throw new IllegalStateException();
    }
    return result;
  }

  void awaitReady(BooleanSupplier ready, Duration timeout) {
    await(ready, "read what it is sent", timeout);
  }

  /** Between waits: ends as a wait would that cannot succeed, and repairs what was damaged. */
  void lookAfter(String what, Duration timeout) {
    if (ended != null && isWanting()) {
      throw GrpcShardConnection.failure(server, what, ended, timeout);
    }
    if (repairing().isTroubled()) {
      repairing().stillWaiting();
    }
  }

  private void await(BooleanSupplier done, String what, Duration timeout) {
    boolean inTime = runUntil(() -> done.getAsBoolean() || ended != null, timeout);
    if (!done.getAsBoolean()) {
      Status status = inTime && ended != null ? ended : Status.DEADLINE_EXCEEDED;
      throw GrpcShardConnection.failure(server, what, status, timeout);
    }
  }

  private boolean runUntil(BooleanSupplier over, Duration timeout) {
    Repair present = repair;
    if (present == null) {
      return loop.runUntil(over, timeout, whileWaiting);
    }
    long deadline = System.nanoTime() + timeout.toNanos();
    boolean inTime =
        loop.runUntil(() -> over.getAsBoolean() || present.isTroubled(), timeout, whileWaiting);
    while (inTime && !over.getAsBoolean()) {
      present.stillWaiting();
      Duration left = Duration.ofNanos(deadline - System.nanoTime());
      boolean isOver =
          loop.runUntil(over, left.compareTo(ASK_EVERY) < 0 ? left : ASK_EVERY, whileWaiting);
      inTime = isOver || (System.nanoTime() < deadline && !Thread.currentThread().isInterrupted());
    }
    return inTime;
  }
}
