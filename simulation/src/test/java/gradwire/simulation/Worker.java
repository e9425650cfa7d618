package gradwire.simulation;

import static java.util.Objects.requireNonNull;

import gradwire.cluster.TaskId;
import gradwire.error.GradwireException;
import gradwire.membership.Member;
import gradwire.run.Outcome;
import gradwire.trace.Tracer;
import gradwire.transport.LineNumbers;
import gradwire.transport.ShardConnection;
import gradwire.transport.SimulatedTime;
import gradwire.worker.program.FlagValues;
import gradwire.worker.step.WorkerRun;
import gradwire.worker.step.WorkerSetup;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A worker's place: one process after another, each of which runs the worker's own code. */
final class Worker {
  private static final Duration PATIENCE = Duration.ofDays(1);
  private static final PrintStream NOWHERE = new PrintStream(OutputStream.nullOutputStream());

  private final int index;
  private final Scenario scenario;
  private final List<Server> servers;
  private final CoordinatorHost host;
  private final Events events;
  private final Rules rules;
  private final Surroundings around;
  private final Runnable noRoom;
  private final SimulatedTime time;
  private int incarnation = -1;
  private @Nullable Process process;
  private @Nullable WorkerRun run;
  private @Nullable Outcome outcome;
  private boolean isDone;

  /**
   * @param around what there is besides
   * @param noRoom told when a server has refused the chief's shard for want of room
   */
  Worker(
      int index,
      Scenario scenario,
      List<Server> servers,
      CoordinatorHost host,
      Events events,
      Rules rules,
      Surroundings around,
      Runnable noRoom) {
    this.index = index;
    this.scenario = scenario;
    this.servers = servers;
    this.host = host;
    this.events = events;
    this.rules = rules;
    this.around = around;
    this.noRoom = noRoom;
    this.time =
        new SimulatedTime(
            () -> events.now() * TimeUnit.MILLISECONDS.toNanos(Events.MILLIS_PER_TICK),
            nanos -> sleep(TimeUnit.NANOSECONDS.toMillis(nanos) / Events.MILLIS_PER_TICK));
  }

  private void sleep(long ticks) {
    requireNonNull(process).sleep(1 + ticks);
  }

  private String name() {
    return "worker-" + index + "." + incarnation;
  }

  int index() {
    return index;
  }

  /** Whether it has seen the end of the run. */
  boolean isDone() {
    return isDone;
  }

  /** The next incarnation. */
  void start() {
    incarnation++;
    events.note(name() + " starts");
    isDone = false;
    run = null;
    Process fresh = new Process(events, index, this::live, this::ended);
    process = fresh;
    fresh.wake();
  }

  /** On the process's thread. */
  private void live() {
    Process mine = requireNonNull(process);
    List<LineNumbers> numbers = servers.stream().map(server -> new LineNumbers()).toList();
    Member member = new Member(index, incarnation, incarnation);
    WorkerRun fresh =
        new WorkerRun(
            new WorkerSetup(
                TaskId.worker(index),
                scenario.numWorkers(),
                scenario.training(),
                false,
                new SimulatedProgram(
                    scenario,
                    () -> mine.sleep(events.random().nextInt(4)),
                    servers.getFirst()::step,
                    () -> requireNonNull(run).requestStop()),
                FlagValues.of(List.of(), Map.of()),
                Path.of(""),
                NOWHERE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Tracer.OFF,
                consistency ->
                    new SimulatedMembership(mine, member, scenario.membership(), host, events)),
            () -> connect(mine, numbers),
            () -> Instant.ofEpochMilli(events.now() * Events.MILLIS_PER_TICK));
    run = fresh;
    outcome = fresh.run().ending();
  }

  private List<ShardConnection> connect(Process mine, List<LineNumbers> numbers) {
    List<ShardConnection> connections = new ArrayList<>();
    for (Server server : servers) {
      boolean[] mended = {false};
      connections.add(
          rules.healed(
              time.healing(
                  "ps-" + server.index(),
                  () -> {
                    ShardConnection line =
                        rules.line(
                            new SimulatedConnection(mine, server, events, rules, around),
                            mended[0]);
                    mended[0] = true;
                    return line;
                  },
                  rules.numbers(numbers.get(server.index())),
                  PATIENCE)));
    }
    return connections;
  }

  private void ended() {
    Throwable failure = requireNonNull(process).thread().failure();
    process = null;
    if (failure instanceof Violation violation) {
      throw violation;
    }
    if (failure instanceof GradwireException refused
        && String.valueOf(refused.getMessage()).endsWith(Server.NO_ROOM)) {
      events.soon(this::start);
      noRoom.run();
    } else if (failure != null) {
      throw new Violation(name() + " fails: " + failure, failure);
    } else {
      ended(requireNonNull(outcome));
    }
  }

  private void ended(Outcome how) {
    events.note(name() + " ends: " + how);
    if (how == Outcome.LEFT) {
      events.at(events.now() + 1 + events.random().nextInt(600), this::start);
    } else {
      isDone = true;
    }
  }

  /** It ends after its step, and comes again later. */
  void leave() {
    if (process != null && run != null) {
      events.note(name() + " is asked to leave: " + run.requestLeave());
    }
  }

  /** Nothing of it goes on for a while. */
  void standStill(long until) {
    if (process != null) {
      events.note(name() + " stands still until " + until);
      process.standStill(until);
    }
  }

  /**
   * @param ticks after which it starts again
   */
  void die(long ticks) {
    if (process != null) {
      end("is killed", ticks);
    }
  }

  /** Whatever it had done: it begins again, too. */
  void goWithTheMachine() {
    if (process != null || isDone) {
      end("is gone with its machine", events.delay());
    }
  }

  private void end(String why, long ticks) {
    events.note(name() + " " + why);
    isDone = false;
    kill();
    events.at(events.now() + ticks, this::start);
  }

  /** For good. */
  void kill() {
    Process dying = process;
    process = null;
    if (dying != null) {
      dying.kill();
    }
  }
}
