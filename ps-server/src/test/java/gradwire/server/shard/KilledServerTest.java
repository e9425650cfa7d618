package gradwire.server.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.cluster.ShardMap;
import gradwire.config.CheckpointPlan;
import gradwire.config.Consistency;
import gradwire.error.GradwireException;
import gradwire.server.checkpoint.Checkpoints;
import gradwire.server.store.ShardStore;
import gradwire.server.store.ShardStores;
import gradwire.server.store.ShardTable;
import gradwire.server.store.StateFiles;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.TensorSpec;
import gradwire.transport.OpenReply;
import gradwire.transport.OpenRequest;
import gradwire.transport.Outcome;
import gradwire.transport.Push;
import gradwire.transport.ShardSettings;
import gradwire.transport.TensorBuffer;
import gradwire.update.OptimizerSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server that is killed at any moment and started again on what it left. A copy of its file is
 * what the page cache holds at that moment; the next server begins on the copy.
 */
final class KilledServerTest {
  private static final int NUM_FLOATS = 700;
  private static final int NUM_WORKERS = 2;
  private static final int NUM_STEPS = 12;

  @TempDir private Path folder;

  /** Where a server can be killed in an update. */
  private enum Moment {
    BEFORE_THE_COMMIT,
    BEHIND_THE_COMMIT
  }

  /** Stands for the machine: tells whether the process that writes here is dead by now. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** A store whose process is killed at its n-th commit. */
  private final class MortalStores implements ShardStores {
    private final StateFiles files;
    private final Path path;
    private final Moment moment;
    private int commitsLeft;

    MortalStores(Path path, Moment moment, int commitsLeft) {
      this.files = new StateFiles(path, 0);
      this.path = path;
      this.moment = moment;
      this.commitsLeft = commitsLeft;
    }

    @Override
    public Optional<Saved> find() {
      return files.find().map(saved -> new Saved(saved.chief(), mortal(saved.store())));
    }

    @Override
    public long numResumes() {
      return files.numResumes();
    }

    @Override
    public ShardStore create(OpenRequest chief, long numFloats, int numVectors) {
      return mortal(files.create(chief, numFloats, numVectors));
    }

    private void dieHere(Moment here) {
      if (here == moment && commitsLeft-- == 0) {
        try {
          Files.copy(path, next(path));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        throw new Killed();
      }
    }

    private ShardStore mortal(ShardStore store) {
      return new ShardStore() {
        @Override
        public int numVersions() {
          return store.numVersions();
        }

        @Override
        public MemorySegment vector(int version, int vector) {
          return store.vector(version, vector);
        }

        @Override
        public ShardTable current() {
          return store.current();
        }

        @Override
        public ShardTable next() {
          return store.next();
        }

        @Override
        public void publish() {
          dieHere(Moment.BEFORE_THE_COMMIT);
          store.publish();
          dieHere(Moment.BEHIND_THE_COMMIT);
        }

        @Override
        public MemorySegment staleness() {
          return store.staleness();
        }

        @Override
        public void force() {}

        @Override
        public void close() {
          store.close();
        }
      };
    }
  }

  private static Path next(Path path) {
    int number = Integer.parseInt(path.getFileName().toString());
    return path.resolveSibling(Integer.toString(number + 1));
  }

  /** Two workers, their gradients a function of worker and sequence alone; every worker in turn. */
  private final class Run {
    private final Consistency consistency;
    private final Map<Integer, Reply> waiting = new HashMap<>();
    private final long[] sequences = new long[NUM_WORKERS];
    private final long[] steps = new long[NUM_WORKERS];
    private Path path;
    private ParameterShard shard;
    private int kills;

    Run(Consistency consistency, Path path, Moment moment, int commits) {
      this.consistency = consistency;
      this.path = path;
      this.shard = server(new MortalStores(path, moment, commits));
    }

    private ParameterShard server(ShardStores stores) {
      return new ParameterShard(stores, Checkpoints.NONE, new Forever());
    }

    private void restart(Moment moment, int commits) {
      kills++;
      path = next(path);
      shard = server(new MortalStores(path, moment, commits));
    }

    float[] train(Random random) {
      while (!isOver()) {
        try {
          goOn();
        } catch (Killed dead) {
          Moment[] moments = Moment.values();
          restart(moments[random.nextInt(moments.length)], 1 + random.nextInt(9));
        }
      }
      Reply last = new Reply(ShardFixture.LINE);
      shard.pull(0, 0, OptionalLong.empty(), last);
      return last.values();
    }

    private boolean isOver() {
      return sequences[0] == NUM_STEPS && sequences[1] == NUM_STEPS;
    }

    /** All open, and what was not answered is asked again, as over a new line. */
    private void goOn() {
      for (int worker = 0; worker < NUM_WORKERS; worker++) {
        OpenReply reply = shard.open(request(worker)).join();
        if (!reply.initialized()) {
          shard.initialize(0, 0, TensorBuffer.borrowed(vector(new Random(5))));
        }
        waiting.remove(worker);
      }
      while (!isOver()) {
        for (int worker = 0; worker < NUM_WORKERS; worker++) {
          if (sequences[worker] < NUM_STEPS && !waiting.containsKey(worker)) {
            push(worker);
          }
        }
        for (int worker = 0; worker < NUM_WORKERS; worker++) {
          takeAnswer(worker);
        }
      }
    }

    private void push(int worker) {
      Reply reply = new Reply(ShardFixture.LINE);
      waiting.put(worker, reply);
      long sequence = sequences[worker] + 1;
      MemorySegment gradient = vector(new Random(100 * worker + sequence));
      shard.push(
          new Push(worker, 0, sequence, steps[worker]), TensorBuffer.borrowed(gradient), reply);
    }

    private void takeAnswer(int worker) {
      Reply reply = waiting.get(worker);
      if (reply != null && reply.numAnswers() > 0) {
        assertThat(reply.outcome()).isEqualTo(Outcome.APPLIED);
        sequences[worker]++;
        steps[worker] = reply.step();
        waiting.remove(worker);
      }
    }

    private OpenRequest request(int worker) {
      return new OpenRequest(
          worker,
          NUM_WORKERS,
          0,
          ShardFixture.FINGERPRINT,
          worker == 0 ? Optional.of(settings(consistency)) : Optional.empty(),
          Optional.empty());
    }
  }

  private static ShardSettings settings(Consistency consistency) {
    FlatLayout layout = new FlatLayout(List.of(TensorSpec.weight("w", NUM_FLOATS)));
    return new ShardSettings(
        ShardMap.of(layout, 1).shards().getFirst(),
        1,
        OptimizerSpec.of("adam", Map.of()),
        consistency,
        2L * NUM_STEPS + 1,
        CheckpointPlan.DEFAULT);
  }

  private static MemorySegment vector(Random random) {
    float[] values = new float[NUM_FLOATS];
    for (int i = 0; i < NUM_FLOATS; i++) {
      values[i] = random.nextFloat(-1, 1);
    }
    return Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, values);
  }

  /** Workers push in turn, so that the order of updates is one, however often the server dies. */
  private void sameBitsAsUndisturbed(Consistency consistency) throws IOException {
    Path quiet = Files.createDirectories(folder.resolve("quiet")).resolve("0");
    float[] undisturbed =
        new Run(consistency, quiet, Moment.BEFORE_THE_COMMIT, Integer.MAX_VALUE)
            .train(new Random(0));
    int kills = 0;
    for (long seed = 0; seed < 40; seed++) {
      Path path = Files.createDirectories(folder.resolve("run-" + seed)).resolve("0");
      Moment moment = Moment.values()[(int) (seed % 2)];
      Run run = new Run(consistency, path, moment, (int) (seed / 2));
      assertThat(run.train(new Random(seed))).as("seed %d", seed).isEqualTo(undisturbed);
      assertThat(run.shard.statistics().orElseThrow().updatesApplied())
          .as("seed %d", seed)
          .isEqualTo((long) NUM_WORKERS * NUM_STEPS);
      kills += run.kills;
    }
    assertThat(kills).isGreaterThan(60);
  }

  @Test
  void asyncUpdatesAreAppliedOnceWheneverTheServerIsKilled() throws IOException {
    sameBitsAsUndisturbed(new Consistency.Async());
  }

  @Test
  void syncUpdatesAreAppliedOnceWheneverTheServerIsKilled() throws IOException {
    sameBitsAsUndisturbed(new Consistency.Sync(OptionalInt.empty()));
  }

  @Test
  void boundedStalenessAppliesOnceWheneverTheServerIsKilled() throws IOException {
    sameBitsAsUndisturbed(new Consistency.Ssp(1));
  }

  @Test
  void weightsOfTheStepBeforeStayReadableAlsoByALaterIncarnation() throws IOException {
    Path path = Files.createDirectories(folder.resolve("before")).resolve("0");
    Consistency sync = new Consistency.Sync(OptionalInt.empty());
    Run run = new Run(sync, path, Moment.BEFORE_THE_COMMIT, Integer.MAX_VALUE);
    run.shard.open(run.request(0)).join();
    run.shard.initialize(0, 0, TensorBuffer.borrowed(vector(new Random(5))));
    run.shard.open(run.request(1)).join();
    run.push(0);
    run.push(1);
    Files.copy(path, next(path));
    ParameterShard again = run.server(new StateFiles(next(path), 0));

    assertThat(again.open(run.request(1)).join()).isEqualTo(new OpenReply(1, true, 1, 1));
    Reply before = new Reply(ShardFixture.LINE);
    again.pull(1, 0, OptionalLong.of(0), before);
    Reply now = new Reply(ShardFixture.LINE);
    again.pull(1, 0, OptionalLong.of(1), now);

    assertThat(before.values()).isEqualTo(vector(new Random(5)).toArray(ValueLayout.JAVA_FLOAT));
    assertThat(now.values()).isNotEqualTo(before.values());
    assertThatThrownBy(() -> again.pull(1, 0, OptionalLong.of(2), new Reply(ShardFixture.LINE)))
        .isInstanceOf(GradwireException.class)
        .hasMessageContaining("got step 2");
  }
}
