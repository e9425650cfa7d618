package gradwire.server.membership;

import gradwire.error.GradwireException;
import gradwire.membership.Assignment;
import gradwire.membership.Beat;
import gradwire.membership.Member;
import gradwire.membership.MembershipPlan;
import gradwire.membership.NotNowException;
import gradwire.membership.Standing;
import gradwire.server.membership.ChangeLines.Route;
import gradwire.server.membership.MembershipState.Replica;
import gradwire.server.membership.MembershipState.Row;
import gradwire.server.membership.Stragglers.Move;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Says which worker computes which replica.
 *
 * <ul>
 *   <li>As long as a worker lives, every replica has exactly one owner, within a lease and a beat;
 *       only a worker that was never there is waited for longer, at the start of a run.
 *   <li>With every owner, and every process of one, a replica's incarnation grows.
 *   <li>Nothing changes without a cause: somebody came, went, or is slow.
 *   <li>What was answered is in the store before, so all of this holds over its own restarts.
 * </ul>
 *
 * No threads and no time of its own: one thread, a given clock, and {@link #tick} called every
 * quarter of the lease.
 */
final class Coordinator {
  /** How long a run waits for a worker that has not come yet. */
  static final long START_UP_MILLIS = 60_000;

  private final MembershipStore store;
  private final LongSupplier clockMillis;
  private final Consumer<String> log;
  private final Leases leases = new Leases();
  private final Paces paces = new Paces();
  private final Stragglers stragglers = new Stragglers(paces);
  private final FirstWord firstWord;
  private @Nullable MembershipState state;
  private boolean saidThatSavingFails;

  /**
   * @param clockMillis monotonic
   * @param log takes a line for every change
   * @throws GradwireException if what an earlier process left cannot be read
   */
  Coordinator(MembershipStore store, LongSupplier clockMillis, Consumer<String> log) {
    this.store = store;
    this.clockMillis = clockMillis;
    this.log = log;
    this.firstWord = new FirstWord(log);
    this.state = store.load().orElse(null);
  }

  /** How often {@link #tick} is due; any time will do before the first worker has joined. */
  long tickMillis() {
    return state == null ? 50 : state.plan().beatMillis();
  }

  /**
   * A worker's process has started. Again for one that has joined already changes nothing.
   *
   * @throws GradwireException if it belongs to another job, or a later process has joined
   * @throws NotNowException if that cannot be put on file, or worker 0 is to come first
   */
  Standing join(Member member, MembershipPlan plan) {
    MembershipState before = state == null ? MembershipState.initial(plan) : state;
    expectSamePlan(member, plan, before);
    if (state == null) {
      firstWord.expectMayJoin(member, clockMillis.getAsLong());
    }
    Row known = before.row(member.worker());
    if (known != null && known.incarnation() > member.incarnation()) {
      throw replaced(member, known);
    }
    advance(before);
    if (known == null || !known.isOf(member)) {
      paces.forget(member.worker());
    }
    leases.hear(member.worker());
    MembershipState joined = joined(before, member);
    Placement placement = placement(joined);
    MembershipState next = placement.share(placement.place(joined), member.worker());
    commit(before, next, new Cause(member.worker(), member + " has joined"));
    return standing(member, MembershipState.NONE);
  }

  private static void expectSamePlan(Member member, MembershipPlan plan, MembershipState present) {
    if (!plan.equals(present.plan())) {
      throw new GradwireException(
          "%s: expected a worker of this job (%s), got one of another (%s); start all tasks with the same job and worker_hosts"
              .formatted(member, present.plan(), plan));
    }
    if (member.worker() >= plan.maxWorkers()) {
      throw new GradwireException(
          "%s: expected an index below %d, twice the number of replicas; start fewer workers"
              .formatted(member, plan.maxWorkers()));
    }
  }

  private static GradwireException replaced(Member member, Row known) {
    return new GradwireException(
        "%s: expected incarnation %d, as another process of this worker has joined; end this one"
            .formatted(member, known.incarnation()));
  }

  /** A process that is new goes on with what its worker has, as the next incarnation. */
  private static MembershipState joined(MembershipState before, Member member) {
    Row known = before.row(member.worker());
    if (known != null && known.isOf(member)) {
      return before.withRow(
          member.worker(), new Row(member.incarnation(), member.session(), known.version(), false));
    }
    MembershipState joined =
        before.withRow(
            member.worker(),
            new Row(member.incarnation(), member.session(), MembershipState.NONE, false));
    for (int number = 0; number < joined.replicas().size(); number++) {
      Replica replica = joined.replicas().get(number);
      if (replica.owner() == member.worker()) {
        joined = joined.withReplica(number, replica.grantedTo(member.worker()).withRetired(false));
      }
    }
    return joined;
  }

  /**
   * A worker lives.
   *
   * @throws GradwireException if a later process of it has joined
   * @throws NotNowException if its leave cannot be put on file
   */
  Standing beat(Beat beat) {
    Member member = beat.member();
    MembershipState before = state;
    Row known = before == null ? null : before.row(member.worker());
    if (before == null || known == null || known.incarnation() < member.incarnation()) {
      return Standing.UNKNOWN;
    }
    if (!known.isOf(member)) {
      throw replaced(member, known);
    }
    advance(before);
    leases.hear(member.worker());
    paces.note(beat, leases.now());
    switch (intent(before, beat)) {
      case GO_ON ->
          tryCommit(
              before,
              placement(before).place(before),
              new Cause(member.worker(), member + " is back"));
      case LEAVE -> {
        MembershipState left = before.withRow(member.worker(), known.gone());
        commit(before, placement(left).place(left), new Cause(member.worker(), member + " leaves"));
      }
      case RETIRE ->
          commit(
              before,
              retired(before, member.worker(), known),
              new Cause(member.worker(), member + " is done"));
    }
    return standing(member, beat.knownVersion());
  }

  /** Who is done with what it knows of goes on if it was given more since. */
  private static Beat.Intent intent(MembershipState before, Beat beat) {
    Assignment latest = before.assignmentOf(beat.member().worker());
    boolean hasMore = latest.version() > beat.knownVersion() && !latest.incarnations().isEmpty();
    return beat.intent() == Beat.Intent.RETIRE && hasMore ? Beat.Intent.GO_ON : beat.intent();
  }

  private static MembershipState retired(MembershipState before, int worker, Row known) {
    MembershipState retired = before.withRow(worker, known.gone());
    for (int number : before.of(worker)) {
      retired = retired.withReplica(number, before.replicas().get(number).withRetired(true));
    }
    return retired;
  }

  /** Time goes on: who is silent for too long is gone, who is slow is relieved. */
  void tick() {
    MembershipState before = state;
    if (before == null || !leases.hasStarted()) {
      return;
    }
    advance(before);
    Placement placement = placement(before);
    tryCommit(before, placement.place(before), Cause.TIME);
    relieve(placement.heard());
  }

  /**
   * What has led to a change.
   *
   * @param worker whose doing it is; {@link Integer#MIN_VALUE}: nobody's
   */
  private record Cause(int worker, String text) {
    static final Cause TIME = new Cause(Integer.MIN_VALUE, "");
  }

  private String why(Cause cause, Route route, long leaseMillis) {
    if (cause.worker() == route.from() || cause.worker() == route.to()) {
      return cause.text();
    }
    if (route.from() == MembershipState.NONE) {
      return "a worker has not come";
    }
    return leases.silentMillis(route.from()).orElse(0) < leaseMillis
        ? "worker-%d is back".formatted(route.to())
        : "worker-%d is silent for %s".formatted(route.from(), silence(route.from()));
  }

  private String silence(int worker) {
    return String.format(Locale.ROOT, "%.1f s", leases.silentMillis(worker).orElse(0) / 1e3);
  }

  private void relieve(NavigableSet<Integer> alive) {
    MembershipState before = state;
    if (before == null || before.isFinished()) {
      return;
    }
    paces.forgetIfAllStandStill(leases.now(), before.plan().leaseMillis());
    stragglers.news(alive, leases.now()).forEach(log);
    Optional<Move> relief = stragglers.relief(before, alive, leases.now());
    relief.ifPresent(
        move ->
            tryCommit(
                before,
                Placement.moved(before, move.replica(), move.to()),
                new Cause(move.from(), "worker-%d holds up the others".formatted(move.from()))));
  }

  private void advance(MembershipState present) {
    leases.advance(clockMillis.getAsLong(), present.plan().leaseMillis());
    if (!leases.hasStarted()) {
      leases.start(present.members().keySet());
    }
  }

  private Placement placement(MembershipState present) {
    NavigableSet<Integer> alive = alive(present);
    NavigableSet<Integer> heard = new TreeSet<>(alive);
    heard.removeIf(worker -> !leases.wasHeard(worker));
    return new Placement(
        alive, heard, worker -> present.row(worker) == null && leases.now() < START_UP_MILLIS);
  }

  private NavigableSet<Integer> alive(MembershipState present) {
    NavigableSet<Integer> alive = new TreeSet<>();
    present
        .members()
        .forEach(
            (worker, row) -> {
              long silent = leases.silentMillis(worker).orElse(Long.MAX_VALUE);
              if (!row.left() && silent < present.plan().leaseMillis()) {
                alive.add(worker);
              }
            });
    return alive;
  }

  private void commit(MembershipState before, MembershipState placed, Cause cause) {
    MembershipState next = placed.versionedSince(before);
    if (next.equals(state)) {
      return;
    }
    try {
      store.save(next);
    } catch (GradwireException full) {
      throw new NotNowException(String.valueOf(full.getMessage()), full);
    }
    state = next;
    saidThatSavingFails = false;
    ChangeLines.of(before, next, route -> why(cause, route, next.plan().leaseMillis()))
        .forEach(log);
  }

  /** What cannot be put on file does not happen yet: the next beat or tick tries again. */
  private void tryCommit(MembershipState before, MembershipState next, Cause cause) {
    try {
      commit(before, next, cause);
    } catch (NotNowException full) {
      if (!saidThatSavingFails) {
        log.accept(full.getMessage() + "; until then nobody's replicas change");
        saidThatSavingFails = true;
      }
    }
  }

  private Standing standing(Member member, long knownVersion) {
    MembershipState present = state;
    if (present == null) {
      return Standing.UNKNOWN;
    }
    Assignment latest = present.assignmentOf(member.worker());
    return new Standing(
        true,
        latest.version() > knownVersion ? Optional.of(latest) : Optional.empty(),
        present.isFinished());
  }
}
