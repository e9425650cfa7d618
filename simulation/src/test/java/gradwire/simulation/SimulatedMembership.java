package gradwire.simulation;

import gradwire.error.GradwireException;
import gradwire.membership.Assignment;
import gradwire.membership.Beat;
import gradwire.membership.Member;
import gradwire.membership.Membership;
import gradwire.membership.MembershipPlan;
import gradwire.membership.Standing;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A worker's place in the run, whose beats and their answers take their time, or get lost. What the
 * worker asks is asked on the process's thread, beats are the world's.
 */
final class SimulatedMembership implements Membership {
  private final Process process;
  private final Member member;
  private final MembershipPlan plan;
  private final CoordinatorHost host;
  private final Events events;
  private final long beatTicks;

  /** Nanoseconds a gradient. */
  private final long pace;

  private Assignment assignment = new Assignment(-1, new TreeMap<>());
  private Beat.Intent intent = Beat.Intent.GO_ON;
  private long doneVersion;
  private boolean finished;
  private boolean joined;
  private boolean farewellDone;
  private boolean closed;
  private @Nullable GradwireException refusal;
  private long numBeats;

  /** The last beat's answer, or its limit, has still to come; the next one waits for it. */
  private boolean isBeatUnderWay;

  private long step;
  private long numGradients;

  SimulatedMembership(
      Process process, Member member, MembershipPlan plan, CoordinatorHost host, Events events) {
    this.process = process;
    this.member = member;
    this.plan = plan;
    this.host = host;
    this.events = events;
    this.beatTicks = plan.beatMillis() / Events.MILLIS_PER_TICK;
    this.pace = events.chance(4) ? 30_000_000 : 10_000_000;
    events.at(events.now(), this::beat);
  }

  private void beat() {
    if (process.isGone() || closed || farewellDone || refusal != null) {
      return;
    }
    if (events.now() < process.standsStillUntil()) {
      events.at(process.standsStillUntil(), this::beat);
      return;
    }
    long number = ++numBeats;
    isBeatUnderWay = true;
    long known = intent == Beat.Intent.RETIRE ? doneVersion : assignment.version();
    Beat beat = new Beat(member, known, step, numGradients, numGradients > 0 ? pace : 0, intent);
    numGradients = 0;
    boolean joins = !joined;
    host.ask(
        member.worker(),
        coordinator -> joins ? coordinator.join(member, plan) : coordinator.beat(beat),
        standing -> heard(number, joins, beat, standing),
        refused -> refused(number, refused));
    beatAgain(number, 2 * beatTicks);
  }

  private void beatAgain(long number, long ticks) {
    events.at(
        events.now() + ticks,
        () -> {
          if (numBeats == number) {
            beat();
          }
        });
  }

  private void heard(long number, boolean joins, Beat beat, Standing standing) {
    if (number != numBeats || process.isGone()) {
      return;
    }
    isBeatUnderWay = false;
    joined = standing.known();
    finished = standing.finished();
    standing
        .assignment()
        .filter(latest -> latest.version() > assignment.version())
        .ifPresent(latest -> assignment = latest);
    if (!joins && joined && beat.intent() != Beat.Intent.GO_ON) {
      farewellDone = beat.intent() == Beat.Intent.LEAVE || !standing.isGivenMore();
      intent = farewellDone ? intent : Beat.Intent.GO_ON;
    }
    boolean bidsFarewell = intent != Beat.Intent.GO_ON && !farewellDone;
    beatAgain(number, joined && !bidsFarewell ? beatTicks : 1);
    process.wake();
  }

  private void refused(long number, GradwireException why) {
    if (number == numBeats && !process.isGone()) {
      refusal = why;
      process.wake();
    }
  }

  @Override
  public Assignment assignment() {
    return assignment;
  }

  @Override
  public Assignment awaitNewerThan(long version, long millis) {
    process.await(
        () -> assignment.version() > version || finished || refusal != null,
        millis / Events.MILLIS_PER_TICK,
        () -> {});
    if (refusal != null) {
      throw refusal;
    }
    return assignment;
  }

  @Override
  public boolean isFinished() {
    return finished;
  }

  @Override
  public void computed(long ofStep, long computeNanos) {
    step = ofStep;
    numGradients++;
  }

  @Override
  public void leave() {
    sayFarewell(Beat.Intent.LEAVE);
  }

  @Override
  public boolean retire(Assignment done) {
    if (assignment.version() != done.version()) {
      return false;
    }
    doneVersion = done.version();
    sayFarewell(Beat.Intent.RETIRE);
    return intent == Beat.Intent.RETIRE;
  }

  private void sayFarewell(Beat.Intent last) {
    intent = last;
    if (!isBeatUnderWay) {
      events.at(events.now(), this::beat);
    }
    process.await(() -> farewellDone || intent != last || refusal != null, 4 * beatTicks, () -> {});
  }

  @Override
  public void close() {
    closed = true;
  }
}
