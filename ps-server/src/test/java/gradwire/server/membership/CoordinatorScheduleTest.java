package gradwire.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.membership.Assignment;
import gradwire.membership.Beat;
import gradwire.membership.Member;
import gradwire.membership.Moves;
import gradwire.membership.NotNowException;
import gradwire.membership.Standing;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random schedules: workers come, die, come back, stand still and leave, the coordinator is killed
 * at any point, also between its file and its answer, and now and then the disk is full. The
 * promises are checked after every event.
 */
final class CoordinatorScheduleTest {
  private static final int NUM_SCHEDULES = 400;
  private static final int NUM_EVENTS = 150;

  @ParameterizedTest
  @EnumSource(
      value = Moves.class,
      names = {"WHEN_GONE", "WHEN_SLOW"})
  void thePromisesHoldWhateverHappens(Moves moves) {
    for (long seed = 0; seed < NUM_SCHEDULES; seed++) {
      Schedule schedule = new Schedule(seed, moves);
      try {
        schedule.run();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed + ", moves " + moves + ": " + schedule.run.log, e);
      }
    }
  }

  /** What a worker's process knows. */
  private static final class Process {
    final Member member;
    boolean beats = true;
    boolean joined;
    Assignment assignment = new Assignment(-1, new TreeMap<>());

    Process(Member member) {
      this.member = member;
    }
  }

  private static final class Schedule {
    final SplittableRandom random;
    final Run run;
    final SortedMap<Integer, Process> processes = new TreeMap<>();
    final int[] starts;
    final Map<Integer, Integer> highest = new HashMap<>();
    final int numReplicas;

    /** Beats since the last event that may move something. */
    int quietBeats;

    long changesWhenQuiet;
    boolean waitedFor;

    Schedule(long seed, Moves moves) {
      random = new SplittableRandom(seed);
      int numWorkers = random.nextInt(1, 5);
      numReplicas = random.nextInt(1, 7);
      run = new Run(numWorkers, numReplicas, moves);
      starts = new int[run.plan.maxWorkers()];
    }

    void run() {
      for (int i = 0; i < NUM_EVENTS; i++) {
        event();
        passBeats(random.nextInt(12));
      }
      run.store.full = false;
      passBeats(260);
      int settled = run.store.numSaves();
      passBeats(60);
      assertThat(run.store.numSaves()).as("changes after a minute's rest").isEqualTo(settled);
    }

    private void passBeats(int number) {
      for (int beat = 0; beat < number; beat++) {
        passOneBeat();
      }
    }

    private void event() {
      quietBeats = 0;
      int worker = random.nextInt(starts.length);
      Process process = processes.get(worker);
      switch (random.nextInt(8)) {
        case 0, 1, 2 -> {
          Process started = new Process(new Member(worker, starts[worker]++, random.nextLong()));
          processes.put(worker, started);
          call(started);
        }
        case 3 -> processes.remove(worker);
        case 4 -> {
          if (process != null) {
            process.beats = !process.beats;
          }
        }
        case 5 -> leave(process);
        case 6 -> {
          if (random.nextBoolean()) {
            run.restart();
            run.sleep(random.nextInt(5_000));
          } else {
            run.store.killsAfterSave = true;
          }
        }
        case 7 -> run.store.full = !run.store.full && random.nextBoolean();
        default -> throw new AssertionError();
      }
    }

    private void leave(@Nullable Process process) {
      if (process == null || !process.joined) {
        return;
      }
      try {
        run.beat(process.member, Beat.Intent.LEAVE);
        processes.remove(process.member.worker());
      } catch (NotNowException full) {
        // Tries again, or is silent.
      } catch (KeptInMemory.Killed killed) {
        run.restart();
        processes.remove(process.member.worker());
      }
    }

    private void passOneBeat() {
      try {
        run.pass();
      } catch (KeptInMemory.Killed killed) {
        run.restart();
        quietBeats = 0;
      }
      for (Process process : processes.values()) {
        if (process.beats) {
          call(process);
        }
      }
      if (quietBeats == 8) {
        changesWhenQuiet = numChanges();
      }
      quietBeats = run.store.full ? 0 : quietBeats + 1;
      if (quietBeats > 8) {
        checkOwners();
      }
    }

    private void call(Process process) {
      try {
        Standing standing =
            process.joined
                ? run.coordinator.beat(
                    new Beat(
                        process.member,
                        process.assignment.version(),
                        0,
                        10,
                        1_000_000,
                        Beat.Intent.GO_ON))
                : run.coordinator.join(process.member, run.plan);
        process.joined = standing.known();
        standing.assignment().ifPresent(latest -> take(process, latest));
      } catch (NotNowException later) {
        assertThat(run.store.full || isWaitedForWorkerZero(process))
            .as(later.getMessage())
            .isTrue();
      } catch (KeptInMemory.Killed killed) {
        run.restart();
        quietBeats = 0;
      }
    }

    private void take(Process process, Assignment latest) {
      assertThat(latest.version()).isGreaterThanOrEqualTo(process.assignment.version());
      latest
          .incarnations()
          .forEach(
              (replica, incarnation) -> {
                Integer before = process.assignment.incarnations().get(replica);
                if (before == null || !before.equals(incarnation)) {
                  int known = highest.getOrDefault(replica, -1);
                  assertThat(incarnation)
                      .as("replica %d, whose highest incarnation is %d", replica, known)
                      .isGreaterThan(known);
                  highest.put(replica, incarnation);
                }
              });
      process.assignment = latest;
    }

    /** Two leases after the last event everybody knows, and nothing changes any more. */
    private void checkOwners() {
      var living =
          processes.values().stream().filter(process -> process.beats && process.joined).toList();
      var owned = new TreeSet<Integer>();
      for (Process process : living) {
        for (int replica : process.assignment.incarnations().keySet()) {
          assertThat(owned.add(replica)).as("replica %d has one owner", replica).isTrue();
        }
      }
      boolean startUp = run.store.load().map(Schedule::isWaitedFor).orElse(true);
      if (!living.isEmpty() && !startUp) {
        assertThat(owned).hasSize(numReplicas);
      }
      if (startUp || waitedFor) {
        changesWhenQuiet = numChanges();
      }
      waitedFor = startUp;
      assertThat(numChanges()).as("changes without a cause").isEqualTo(changesWhenQuiet);
    }

    /** All but those whose cause is that somebody is slow, of which there are few. */
    private long numChanges() {
      long reliefs = run.log.stream().filter(line -> line.contains("holds up the others")).count();
      return run.store.numSaves() - reliefs;
    }

    private boolean isWaitedForWorkerZero(Process process) {
      return process.member.worker() != 0 && run.store.load().isEmpty();
    }

    private static boolean isWaitedFor(MembershipState state) {
      return state.replicas().stream().anyMatch(replica -> replica.owner() == MembershipState.NONE);
    }
  }
}
