package gradwire.simulation;

import gradwire.server.checkpoint.Restorable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/** One schedule of a job: servers, workers, and what goes wrong, from one seed. One thread. */
final class World implements Surroundings {
  /** Far more than a job of this size needs, however it is disturbed. */
  private static final int MAX_EVENTS = 60_000;

  /** Whole snapshots, on average. */
  private static final int ONE_LOSS_IN = 6;

  /** How a schedule ended. */
  record Ending(
      long hash,
      long numEvents,
      int numFaults,
      int numRestored,
      long numChanges,
      float[][] weights) {}

  private final Scenario scenario;
  private final Events events;
  private final Random random;
  private final Disk disk;
  private final CoordinatorHost host;
  private final List<Server> servers = new ArrayList<>();
  private final List<Worker> workers = new ArrayList<>();
  private int numFaults;

  World(Scenario scenario, Random random, Rules rules, boolean keepsLog) {
    this.scenario = scenario;
    this.random = random;
    this.events = new Events(random, keepsLog);
    this.disk = new Disk(scenario, events, this::snapshotIsWhole);
    IntStream.range(0, scenario.numServers())
        .forEach(
            index ->
                servers.add(new Server(index, scenario, events, disk, rules, this::messageCame)));
    this.host = new CoordinatorHost(servers.getFirst(), events, rules);
    IntStream.range(0, scenario.numWorkers() + scenario.numSpares())
        .forEach(
            index ->
                workers.add(
                    new Worker(
                        index, scenario, servers, host, events, rules, this, this::endAndResume)));
  }

  List<String> log() {
    return events.log();
  }

  /**
   * Runs to the end.
   *
   * @throws Violation if the protocol has broken a promise
   */
  Ending run() {
    try {
      servers.forEach(server -> events.soon(server::start));
      List<Worker> atFirst = workers.subList(0, scenario.numWorkers());
      atFirst.forEach(worker -> events.soon(worker::start));
      workers
          .subList(scenario.numWorkers(), workers.size())
          .forEach(spare -> events.at(random.nextInt(1_000), spare::start));
      while (!workers.stream().allMatch(Worker::isDone)) {
        if (!events.step() || events.numDone() > MAX_EVENTS) {
          throw new Violation("hang: no end after " + events.numDone() + " events");
        }
      }
      expectTheSamePushesEverywhere();
      float[][] weights = servers.stream().map(Server::finalWeights).toArray(float[][]::new);
      events.note("ends with " + Arrays.deepToString(weights));
      return new Ending(
          events.hash(),
          events.numDone(),
          numFaults,
          disk.numRestored(),
          host.numChanges(),
          weights);
    } finally {
      workers.forEach(Worker::kill);
      servers.forEach(Server::end);
    }
  }

  private void expectTheSamePushesEverywhere() {
    for (int i = 0; i < scenario.numReplicas(); i++) {
      int replica = i;
      List<Long> pushes = servers.stream().map(server -> server.lastPush(replica)).toList();
      if (pushes.stream().distinct().count() > 1) {
        throw new Violation("replica-" + replica + ": servers have its pushes up to " + pushes);
      }
    }
  }

  /** A task has ended by itself and with it the run; somebody makes room and resumes it. */
  private void endAndResume() {
    workers.forEach(worker -> worker.die(events.delay()));
    servers.stream().filter(Server::isUp).forEach(server -> server.die("ends with the run"));
  }

  /** There is something to restore; most blows come when there is nothing yet. */
  private void snapshotIsWhole() {
    if (numFaults < scenario.numFaults() && events.chance(ONE_LOSS_IN)) {
      numFaults++;
      events.at(events.now() + random.nextInt(50), this::loseTheMachine);
    }
  }

  /** All that is left is on the disk; somebody resumes the run. */
  private void loseTheMachine() {
    Optional<Restorable> restored = disk.restoreNewest();
    events.note(
        "the machine is lost, restored is " + restored.map(Restorable::name).orElse("nothing"));
    workers.forEach(Worker::goWithTheMachine);
    servers.forEach(server -> server.goWithTheMachine(restored));
    host.forget();
  }

  @Override
  public void messageCame() {
    if (numFaults < scenario.numFaults() && events.chance(scenario.oneFaultIn())) {
      numFaults++;
      events.at(events.now() + random.nextInt(10), this::goWrong);
    }
  }

  @Override
  public boolean isAskedTwice() {
    return events.chance(scenario.oneTwiceIn());
  }

  @Override
  public long mostPushes(int replica) {
    return servers.stream().mapToLong(server -> server.lastPush(replica)).max().orElseThrow();
  }

  @Override
  public boolean isTaken(int replica, int incarnation) {
    return host.state().incarnationOf(replica) > incarnation;
  }

  private void goWrong() {
    Server server = servers.get(random.nextInt(servers.size()));
    Worker worker = workers.get(random.nextInt(workers.size()));
    switch (random.nextInt(12)) {
      case 0 -> kill(server);
      case 1 -> server.dieAtCommit(random.nextInt(6), random.nextBoolean());
      case 2 -> worker.die(events.delay());
      case 3 -> aLineOf(worker, server).ifPresent(line -> line.stick(later(500)));
      case 4 -> {
        server.dieAtStart(1 + random.nextInt(2));
        kill(server);
      }
      case 5 -> cutOff(worker, server);
      case 6 -> loseTheMachine();
      case 7 -> worker.die(random.nextInt(1_000));
      case 8 -> worker.standStill(later(1_000));
      case 9 -> worker.leave();
      default -> aLineOf(worker, server).ifPresent(line -> line.breakNow("cut"));
    }
  }

  private long later(int ticks) {
    return events.now() + 1 + random.nextInt(ticks);
  }

  private Optional<Line> aLineOf(Worker worker, Server server) {
    List<Line> lines = server.linesOf(worker.index());
    return lines.isEmpty()
        ? Optional.empty()
        : Optional.of(lines.get(random.nextInt(lines.size())));
  }

  private static void kill(Server server) {
    if (server.isUp()) {
      server.die("is killed");
    }
  }

  /** The worker reaches this one server no more for a while; its lines may survive that. */
  private void cutOff(Worker worker, Server server) {
    long until = later(1_000);
    server.cutOff(worker.index(), until);
    for (Line line : server.linesOf(worker.index())) {
      line.stick(until);
      if (random.nextBoolean()) {
        line.breakNow("cut off");
      }
    }
  }
}
