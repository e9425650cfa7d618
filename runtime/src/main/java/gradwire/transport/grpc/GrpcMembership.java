package gradwire.transport.grpc;

import gradwire.cluster.ServerAddress;
import gradwire.error.GradwireException;
import gradwire.membership.Assignment;
import gradwire.membership.Beat;
import gradwire.membership.Member;
import gradwire.membership.Membership;
import gradwire.membership.MembershipPlan;
import gradwire.membership.Standing;
import gradwire.transport.LineBrokenException;
import gradwire.transport.grpc.proto.MembershipGrpc;
import java.time.Duration;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker's membership in a run that a coordinator leads. A daemon thread of its own, over a line
 * of its own, joins and then beats, whatever the worker is busy with. While the coordinator does
 * not answer, the worker goes on with the replicas that it has: if they are another's meanwhile,
 * the parameter servers know.
 *
 * <p>Before the first answer the assignment is empty, version -1. Thread-safe.
 */
public final class GrpcMembership implements Membership {
  private static final Logger log = LoggerFactory.getLogger(GrpcMembership.class);
  private static final long FIRST_PAUSE_MILLIS = 10;
  private static final long LONGEST_PAUSE_BEFORE_IT_HAS_JOINED_MILLIS = 100;
  private static final Duration LEAST_LIMIT = Duration.ofMillis(250);

  private final String server;
  private final Supplier<ServerAddress> address;
  private final Member member;
  private final MembershipPlan plan;
  private final ConnectionOptions options;
  private final Thread thread;
  private final long startNanos = System.nanoTime();
  private volatile Assignment assignment = new Assignment(-1, new TreeMap<>());
  private volatile boolean finished;

  // Guarded by this.
  private final ComputeMeter meter = new ComputeMeter();
  private Beat.Intent intent = Beat.Intent.GO_ON;

  /** Of the assignment that is done, where it means to retire: what it hears since is not. */
  private long doneVersion;

  private boolean closed;
  private boolean farewellDone;
  private @Nullable String refusal;

  // Of the thread alone.
  private @Nullable ControlLine line;
  private boolean joined;
  private final Outage outage;

  /**
   * Starts to join, and returns.
   *
   * @param server the coordinator's name for messages, e.g. {@code ps-0}
   * @param address where it is now; asked again whenever the line has failed. A {@link
   *     LineBrokenException} from it is tried again
   * @param options its timeout bounds the wait for the first answer
   */
  public GrpcMembership(
      String server,
      Supplier<ServerAddress> address,
      Member member,
      MembershipPlan plan,
      ConnectionOptions options) {
    this.server = server;
    this.address = address;
    this.member = member;
    this.plan = plan;
    this.options = options;
    this.outage = new Outage(server, plan.leaseMillis());
    this.thread = Thread.ofPlatform().daemon().name("membership").start(this::live);
  }

  @Override
  public Assignment assignment() {
    return assignment;
  }

  @Override
  public boolean isFinished() {
    return finished;
  }

  /**
   * {@inheritDoc} Also returns when the run is finished.
   *
   * @throws GradwireException if the coordinator has turned this process away, or has not once
   *     answered for as long as a wait may take
   */
  @Override
  public synchronized Assignment awaitNewerThan(long version, long millis) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (assignment.version() <= version && !finished && !closed) {
      expectNoRefusal();
      long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (leftMillis <= 0 || !waited(leftMillis)) {
        break;
      }
    }
    return assignment;
  }

  private void expectNoRefusal() {
    if (refusal != null) {
      throw new GradwireException(refusal);
    }
    if (assignment.version() < 0 && System.nanoTime() - startNanos > options.timeout().toNanos()) {
      throw new GradwireException(
          "%s: waited %d s for it to say which replicas %s computes (%s); is it running? see its log"
              .formatted(server, options.timeout().toSeconds(), member, outage.lastWords()));
    }
  }

  /** False if interrupted, which stays noted. */
  private boolean waited(long millis) {
    try {
      wait(millis);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public synchronized void computed(long step, long computeNanos) {
    meter.add(step, computeNanos);
  }

  @Override
  public void leave() {
    sayFarewell(Beat.Intent.LEAVE);
  }

  @Override
  public synchronized boolean retire(Assignment done) {
    if (assignment.version() != done.version()) {
      return false;
    }
    doneVersion = done.version();
    sayFarewell(Beat.Intent.RETIRE);
    return intent == Beat.Intent.RETIRE;
  }

  /** Waits until the coordinator has heard it; not for long, as it notices the silence, too. */
  private synchronized void sayFarewell(Beat.Intent last) {
    if (intent != Beat.Intent.GO_ON) {
      return;
    }
    intent = last;
    notifyAll();
    long deadline = System.nanoTime() + 2 * limit().toNanos();
    while (intent == last && !farewellDone && !closed && refusal == null) {
      long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (leftMillis <= 0 || !waited(leftMillis)) {
        log.info("{}: did not hear that {} leaves", server, member);
        return;
      }
    }
  }

  /** Stops beating. Without {@link #leave} or {@link #retire} the coordinator sees silence. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    try {
      if (!thread.join(limit())) {
        thread.interrupt();
        boolean unused = thread.join(limit());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void live() {
    try (CallerLoop loop = new CallerLoop()) {
      long pauseMillis = FIRST_PAUSE_MILLIS;
      while (!isOver()) {
        boolean answered = attempt(loop);
        pauseMillis = answered ? FIRST_PAUSE_MILLIS : Math.min(2 * pauseMillis, longestPause());
        pause(answered, answered ? plan.beatMillis() : pauseMillis);
      }
      Thread.interrupted(); // by close: the line is to be closed in order
      dropLine();
    }
  }

  /** A run begins when its workers have joined; later there is no hurry. */
  private long longestPause() {
    return assignment.version() < 0
        ? Math.min(plan.beatMillis(), LONGEST_PAUSE_BEFORE_IT_HAS_JOINED_MILLIS)
        : plan.beatMillis();
  }

  private synchronized boolean isOver() {
    return closed || farewellDone || refusal != null;
  }

  /** Whether an answer came. */
  private boolean attempt(CallerLoop loop) {
    Beat beat = nextBeat();
    try {
      Standing standing = ask(loop, beat);
      outage.end();
      accept(standing, beat);
      return true;
    } catch (LineBrokenException broken) {
      dropLine();
      outage.note(broken, assignment);
      return false;
    } catch (GradwireException refused) {
      refuse(refused);
      return false;
    }
  }

  private synchronized Beat nextBeat() {
    long known = intent == Beat.Intent.RETIRE ? doneVersion : assignment.version();
    return meter.take(member, known, intent);
  }

  private Standing ask(CallerLoop loop, Beat beat) {
    ControlLine present = line;
    if (present == null) {
      present = new ControlLine(server, address.get(), loop, options);
      line = present;
    }
    return MembershipMessages.standing(
        joined
            ? present.call(
                "answer a beat",
                MembershipGrpc.getBeatMethod(),
                MembershipMessages.toProto(beat),
                limit())
            : present.call(
                "let this worker join",
                MembershipGrpc.getJoinMethod(),
                MembershipMessages.toProto(member, plan),
                options.connectTimeout()));
  }

  /** An answer later than this is as good as none: it must be heard well within the lease. */
  private Duration limit() {
    Duration half = Duration.ofMillis(plan.leaseMillis() / 2);
    return half.compareTo(LEAST_LIMIT) < 0 ? LEAST_LIMIT : half;
  }

  private synchronized void accept(Standing standing, Beat beat) {
    boolean wasBeat = joined;
    joined = standing.known();
    finished = standing.finished();
    standing
        .assignment()
        .filter(latest -> latest.version() > assignment.version())
        .ifPresent(latest -> assignment = latest);
    if (wasBeat && joined && beat.intent() != Beat.Intent.GO_ON) {
      farewellDone = beat.intent() == Beat.Intent.LEAVE || !standing.isGivenMore();
      intent = farewellDone ? intent : Beat.Intent.GO_ON;
    }
    notifyAll();
  }

  private synchronized void refuse(GradwireException refused) {
    if (closed) {
      return;
    }
    refusal = refused.getMessage();
    log.error("{}", refusal);
    notifyAll();
  }

  /** Until the next beat is due, or there is something to say at once. */
  private synchronized void pause(boolean answered, long millis) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (!isOver() && !(answered && (!joined || intent != Beat.Intent.GO_ON))) {
      long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (leftMillis <= 0 || !waited(leftMillis)) {
        return;
      }
    }
  }

  private void dropLine() {
    ControlLine broken = line;
    line = null;
    if (broken != null) {
      broken.close();
    }
  }
}
