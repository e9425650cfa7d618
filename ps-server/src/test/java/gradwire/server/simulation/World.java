package gradwire.server.simulation;

import gradwire.server.checkpoint.Restorable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/** One schedule of a job: servers, workers, and what goes wrong, from one seed. One thread. */
final class World {
  /** Far more than a job of this size needs, however it is disturbed. */
  private static final int MAX_EVENTS = 20_000;

  /** Whole snapshots, on average. */
  private static final int ONE_LOSS_IN = 6;

  /** How a schedule ended. */
  record Ending(long hash, long numEvents, int numFaults, int numRestored, float[][] weights) {}

  private final Scenario scenario;
  private final Events events;
  private final Random random;
  private final Disk disk;
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
    IntStream.range(0, scenario.numWorkers())
        .forEach(
            index ->
                workers.add(
                    new Worker(
                        index,
                        scenario,
                        servers,
                        events,
                        rules,
                        this::messageCame,
                        this::endAndResume)));
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
      workers.forEach(worker -> events.soon(worker::start));
      while (!workers.stream().allMatch(Worker::isDone)) {
        if (!events.step() || events.numDone() > MAX_EVENTS) {
          throw new Violation("hang: no end after " + events.numDone() + " events");
        }
      }
      float[][] weights = servers.stream().map(Server::finalWeights).toArray(float[][]::new);
      events.note("ends with " + Arrays.deepToString(weights));
      return new Ending(events.hash(), events.numDone(), numFaults, disk.numRestored(), weights);
    } finally {
      servers.forEach(Server::end);
    }
  }

  /** A task has ended by itself and with it the run; somebody makes room and resumes it. */
  private void endAndResume() {
    workers.forEach(Worker::die);
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
  }

  private void messageCame() {
    if (numFaults < scenario.numFaults() && events.chance(scenario.oneFaultIn())) {
      numFaults++;
      events.at(events.now() + random.nextInt(10), this::goWrong);
    }
  }

  private void goWrong() {
    Server server = servers.get(random.nextInt(servers.size()));
    Worker worker = workers.get(random.nextInt(workers.size()));
    switch (random.nextInt(9)) {
      case 8 -> loseTheMachine();
      case 0 -> kill(server);
      case 4 -> {
        server.dieAtStart(1 + random.nextInt(2));
        kill(server);
      }
      case 5 -> cutOff(worker, server);
      case 1 -> server.dieAtCommit(random.nextInt(6), random.nextBoolean());
      case 2 -> worker.die();
      case 3 -> {
        if (worker.isAlive()) {
          worker.line(server.index()).stick(events.now() + 1 + random.nextInt(500));
        }
      }
      default -> {
        if (worker.isAlive()) {
          worker.line(server.index()).breakNow("cut");
        }
      }
    }
  }

  private static void kill(Server server) {
    if (server.isUp()) {
      server.die("is killed");
    }
  }

  /** The worker reaches this one server no more for a while; its line may survive that. */
  private void cutOff(Worker worker, Server server) {
    long until = events.now() + 1 + random.nextInt(1000);
    server.cutOff(worker.index(), until);
    if (worker.isAlive()) {
      Line line = worker.line(server.index());
      line.stick(until);
      if (random.nextBoolean()) {
        line.breakNow("cut off");
      }
    }
  }
}
