package gradwire.server.shard;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.cluster.ShardMap;
import gradwire.cluster.ShardMap.Shard;
import gradwire.server.checkpoint.Progress;
import gradwire.server.checkpoint.Snapshot;
import gradwire.server.optimizer.Optimizer;
import gradwire.server.store.FileStore;
import gradwire.server.store.MemoryStore;
import gradwire.server.store.ShardStore;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.TensorSpec;
import gradwire.transport.Outcome;
import gradwire.transport.Push;
import gradwire.update.OptimizerSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots of a shard that trains on: with two versions in a file, and with one in memory. */
final class ShardSnapshotTest {
  private static final int NUM_FLOATS = 1_000_003;
  private static final List<Long> NO_STALENESS = Collections.nCopies(1026, 0L);
  private static final List<Progress> AT_FIVE =
      List.of(new Progress(5, Outcome.APPLIED, 5, 0), new Progress(0, Outcome.NONE, 0, 0));

  @TempDir private Path folder;

  private static ShardMemory memory(ShardStore store) {
    Shard shard =
        ShardMap.of(new FlatLayout(List.of(TensorSpec.weight("w", NUM_FLOATS))), 1)
            .shards()
            .getFirst();
    ShardMemory memory =
        new ShardMemory(shard, Optimizer.of(OptimizerSpec.of("adam", Map.of())), store, 2);
    memory.fillSlots();
    return memory;
  }

  private ShardStore file() {
    return FileStore.create(folder.resolve("shard"), new byte[0], NUM_FLOATS, 3, 1, 0);
  }

  private static MemorySegment gradient(long update) {
    Random random = new Random(update);
    float[] values = new float[NUM_FLOATS];
    for (int i = 0; i < NUM_FLOATS; i++) {
      values[i] = random.nextFloat(-1, 1);
    }
    return Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, values);
  }

  private static void train(ShardMemory memory, long from, long to) {
    for (long update = from; update <= to; update++) {
      memory.apply(update, List.of(gradient(update)));
    }
  }

  private static ShardSnapshot snapshot(ShardMemory memory, CopyRoom room) {
    Optional<ShardSnapshot> taken = Optional.empty();
    while (taken.isEmpty()) {
      taken = ShardSnapshot.of(memory, room, 5, AT_FIVE, NO_STALENESS);
      Thread.onSpinWait();
    }
    return taken.get();
  }

  private static float[][] floats(List<MemorySegment> vectors) {
    return vectors.stream()
        .map(vector -> vector.toArray(ValueLayout.JAVA_FLOAT))
        .toArray(float[][]::new);
  }

  private static void holdsTheStateOfItsMoment(ShardStore store) {
    try (ShardMemory memory = memory(store);
        CopyRoom room = memory.room()) {
      train(memory, 1, 5);
      float[][] then = floats(memory.vectors());
      try (ShardSnapshot snapshot = snapshot(memory, room)) {
        train(memory, 6, 9);
        assertThat(ShardSnapshot.of(memory, room, 9, AT_FIVE, NO_STALENESS)).isEmpty();
        Snapshot whole = snapshot.await();
        assertThat(whole.step()).isEqualTo(5);
        assertThat(floats(whole.vectors())).isDeepEqualTo(then);
      }
      snapshot(memory, room).close();
    }
  }

  @Test
  void itHoldsTheStateOfItsMomentWhateverIsAppliedMeanwhile() {
    holdsTheStateOfItsMoment(file());
  }

  @Test
  void whereThereIsOneVersionTheNextUpdateWaitsForIt() {
    holdsTheStateOfItsMoment(new MemoryStore(NUM_FLOATS, 3, 1));
  }

  @Test
  void pushesThatBelongToItAreAppliedToItAsToTheShard() {
    float[][] expected;
    try (ShardMemory memory = memory(new MemoryStore(NUM_FLOATS, 3, 1))) {
      train(memory, 1, 7);
      expected = floats(memory.vectors());
    }
    try (ShardMemory memory = memory(file());
        CopyRoom room = memory.room()) {
      train(memory, 1, 5);
      try (ShardSnapshot snapshot = snapshot(memory, room)) {
        memory.apply(6, List.of(gradient(100)));
        snapshot.add(new Push(1, 0, 1, 3), 3, gradient(6));
        memory.apply(7, List.of(gradient(101)));
        snapshot.add(new Push(1, 0, 2, 6), 1, gradient(7));
        Snapshot whole = snapshot.await();

        assertThat(whole.step()).isEqualTo(7);
        assertThat(whole.replicas().getLast()).isEqualTo(new Progress(2, Outcome.APPLIED, 2, 0));
        assertThat(whole.staleness().subList(0, 4)).containsExactly(0L, 1L, 0L, 1L);
        assertThat(floats(whole.vectors())).isDeepEqualTo(expected);
      }
    }
  }

  @Test
  void itsMemoryOutlivesTheShardUntilItIsClosed() {
    ShardMemory memory = memory(file());
    CopyRoom room = memory.room();
    train(memory, 1, 5);
    ShardSnapshot snapshot = snapshot(memory, room);
    float[][] then = floats(memory.vectors());
    room.close();
    memory.close();
    assertThat(floats(snapshot.await().vectors())).isDeepEqualTo(then);
    snapshot.close();
  }
}
