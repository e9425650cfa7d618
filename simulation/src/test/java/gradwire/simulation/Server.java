package gradwire.simulation;

import static java.util.Objects.requireNonNull;

import gradwire.error.GradwireException;
import gradwire.server.checkpoint.Restorable;
import gradwire.server.shard.Absences;
import gradwire.server.shard.ParameterShard;
import gradwire.server.store.ShardStore;
import gradwire.server.store.ShardStores;
import gradwire.server.store.TwoVersions;
import gradwire.transport.OpenRequest;
import gradwire.transport.ShardService;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A parameter server's machine: its state, and one process after another that works on it. */
final class Server {
  /** How a chief is refused whose shard finds no room on the disk. */
  static final String NO_ROOM = "no room on the disk";

  /** In ticks; nobody is away for so long. */
  private static final long REJOIN_LIMIT = 50_000;

  private static final int NEVER = -1;

  private final int index;
  private final Scenario scenario;
  private final Events events;
  private final Rules rules;
  private final Disk disk;
  private Promises promises;
  private final Runnable messageCame;
  private final List<Line> lines = new ArrayList<>();
  private long process;
  private @Nullable ParameterShard shard;
  private @Nullable ShardService service;
  private @Nullable OpenRequest chief;
  private @Nullable TwoVersions state;

  /** Commits until the process is killed at one. */
  private int commitsLeft = NEVER;

  private boolean diesBehind;

  /** Starts that end at once. */
  private int deathsAtStart;

  /** Whether the next shard that is made finds no room. */
  private boolean isFull;

  /** By worker: until when it does not reach this server. */
  private final long[] cutOffUntil;

  /**
   * @param messageCame told of every question
   */
  Server(
      int index, Scenario scenario, Events events, Disk disk, Rules rules, Runnable messageCame) {
    this.index = index;
    this.scenario = scenario;
    this.events = events;
    this.disk = disk;
    this.rules = rules;
    this.messageCame = messageCame;
    this.promises = new Promises(name(), scenario);
    this.cutOffUntil = new long[scenario.numWorkers() + scenario.numSpares()];
    this.isFull = scenario.fullDisk() && index == scenario.numServers() - 1;
  }

  private String name() {
    return "ps-" + index;
  }

  int index() {
    return index;
  }

  long process() {
    return process;
  }

  boolean isProcess(long number) {
    return process == number;
  }

  void start() {
    events.note(name() + " starts");
    call(
        () -> {
          DiskCheckpoints checkpoints =
              new DiskCheckpoints(index, scenario, events, disk, rules, this::call, this::live);
          ParameterShard fresh = new ParameterShard(new Machine(), checkpoints, new Waits());
          shard = fresh;
          service = rules.service(scenario, fresh);
        });
    if (deathsAtStart > 0) {
      deathsAtStart--;
      die("is killed at its start");
    }
  }

  /** Where the state is found and kept. */
  private final class Machine implements ShardStores {
    @Override
    public Optional<Saved> find() {
      return rules
          .found(Optional.ofNullable(state))
          .map(left -> new Saved(requireNonNull(chief), rules.store(mortal(left))));
    }

    @Override
    public long numResumes() {
      return 0;
    }

    @Override
    public ShardStore create(OpenRequest request, long numFloats, int numVectors) {
      if (isFull) {
        isFull = false;
        throw new GradwireException(name() + ": " + NO_ROOM);
      }
      TwoVersions fresh = new TwoVersions((int) numFloats, numVectors, request.numWorkers());
      chief = request;
      state = fresh;
      return rules.store(mortal(fresh));
    }

    private ShardStore mortal(ShardStore store) {
      return new MortalStore(store, () -> commit(false), () -> commit(true));
    }
  }

  private void commit(boolean behind) {
    if (commitsLeft != NEVER && behind == diesBehind && commitsLeft-- == 0) {
      commitsLeft = NEVER;
      throw new Killed();
    }
  }

  /** Simulated time. */
  private final class Waits implements Absences {
    private final long mine = process;

    @Override
    public boolean mayEnd() {
      return true;
    }

    @Override
    public void whenTooLong(Runnable action) {
      events.at(
          events.now() + REJOIN_LIMIT,
          () -> {
            if (process == mine) {
              call(action);
            }
          });
    }
  }

  /** From the {@code commits}-th commit on there is another process. */
  void dieAtCommit(int commits, boolean behind) {
    commitsLeft = commits;
    diesBehind = behind;
  }

  Line lineFor(Line line) {
    lines.add(line);
    return line;
  }

  /** Those that a worker's processes have, or had. */
  List<Line> linesOf(int worker) {
    return lines.stream().filter(line -> line.worker() == worker).toList();
  }

  /** It ends at once, {@code times} times, the next time it starts. */
  void dieAtStart(int times) {
    deathsAtStart = times;
  }

  /** The worker reaches this server no more, until then. */
  void cutOff(int worker, long until) {
    cutOffUntil[worker] = Math.max(cutOffUntil[worker], until);
  }

  boolean isCutOff(int worker) {
    return events.now() < cutOffUntil[worker];
  }

  void asked(Line line, long number, Question question) {
    ShardService service = this.service;
    if (service == null || !line.isToPresentProcess()) {
      line.breakNow("nobody there");
      return;
    }
    events.note(line + " asks " + number + ", " + question);
    messageCame.run();
    Asker asker = new Asker(line, number);
    call(
        () -> {
          try {
            question.ask(service, asker);
          } catch (GradwireException refused) {
            asker.answer(new Answer.Refused(refused));
          }
        });
  }

  void ended(Line line) {
    lines.remove(line);
    ShardService service = this.service;
    if (service != null && line.isToPresentProcess()) {
      events.note(line + " ended");
      call(() -> service.disconnected(line.replica(), line.incarnation(), line.number(), "broken"));
    }
  }

  private void call(Runnable action) {
    try {
      action.run();
    } catch (Killed here) {
      die("killed at a commit");
    }
    if (state != null) {
      promises.check(state);
    }
  }

  /** Killed; another process starts later. */
  void die(String why) {
    events.note(name() + " " + why);
    nobodyIsThereAnyMore();
    end();
    events.soon(this::start);
  }

  /** Nor is who was expected to come. */
  private void nobodyIsThereAnyMore() {
    process++;
    lines.forEach(line -> line.breakNow("server died"));
    lines.clear();
  }

  private MemorySegment live(int vector) {
    TwoVersions present = requireNonNull(state);
    return present.vector(present.current().version(), vector);
  }

  /**
   * The machine's state is gone, whatever was answered since.
   *
   * @param restored what counts from now on; empty: nothing
   */
  void goWithTheMachine(Optional<Restorable> restored) {
    if (isUp()) {
      die("is gone with its machine");
    } else {
      nobodyIsThereAnyMore();
    }
    state = null;
    chief = null;
    promises = new Promises(name(), scenario);
    restored.ifPresent(from -> promises.restored(from.manifest()));
  }

  /** Gives a process's memory back; what it says meanwhile reaches nobody. */
  void end() {
    if (shard != null) {
      shard.close();
    }
    shard = null;
    service = null;
  }

  /** That the present state is of. */
  long step() {
    return state == null ? 0 : state.current().step();
  }

  /** The last push of a replica that the present state knows to be done. */
  long lastPush(int replica) {
    return state == null ? 0 : state.current().row(replica).sequence();
  }

  boolean isUp() {
    return shard != null;
  }

  void told(long step) {
    promises.told(step);
  }

  void acknowledged(int replica, long sequence) {
    promises.acknowledged(replica, sequence);
  }

  /** The weights, each push being in them once. */
  float[] finalWeights() {
    return promises.finalWeights(requireNonNull(state, "no values"));
  }
}
