package gradwire.server.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.cluster.ShardMap;
import gradwire.config.CheckpointPlan;
import gradwire.config.Consistency;
import gradwire.error.GradwireException;
import gradwire.safetensors.SafetensorsFile;
import gradwire.server.optimizer.Optimizer;
import gradwire.server.shard.ShardMemory;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.TensorSpec;
import gradwire.transport.ShardSettings;
import gradwire.update.OptimizerSpec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckpointWriterTest {
  private static final OptimizerSpec ADAM = OptimizerSpec.of("adam", Map.of("learning_rate", 0.1));
  private static final FlatLayout LAYOUT =
      new FlatLayout(List.of(TensorSpec.weight("w", 3), TensorSpec.bias("b", 2)));

  @TempDir private Path folder;

  @Test
  void aCheckpointHoldsWeightsSlotsAndStepOfOneShard() {
    ShardSettings settings = settings(1, 2);
    try (ShardMemory memory = memory(settings);
        Arena arena = Arena.ofConfined()) {
      new CheckpointWriter(Optional.of(folder), settings).saveFinal(12, memory);

      SafetensorsFile file = SafetensorsFile.read(path(12, 1), arena);
      assertThat(file.metadata())
          .containsEntry("format", "gradwire-shard-1")
          .containsEntry("step", "12")
          .containsEntry("shard", "1")
          .containsEntry("num_shards", "2")
          .containsEntry("begin", "2");
      assertThat(file.tensors())
          .extracting(SafetensorsFile.Entry::name)
          .containsExactly(
              "w[2:3]", "b[0:2]", "w[2:3]/slot0", "b[0:2]/slot0", "w[2:3]/slot1", "b[0:2]/slot1");
      assertThat(values(file.tensors().get(0))).containsExactly(0);
      assertThat(values(file.tensors().get(1))).containsExactly(1, 2);
      // Adam's first slot after one gradient of 1: (1 - beta1) * 1.
      assertThat(values(file.tensors().get(2))[0])
          .isCloseTo(0.1f, org.assertj.core.data.Offset.offset(1e-7f));
    }
  }

  @Test
  void onlyTheLastOnesAreKeptAndFoldersGoWithTheirLastFile() throws IOException {
    ShardSettings first = settings(0, 2);
    ShardSettings second = settings(1, 2);
    try (ShardMemory one = memory(first);
        ShardMemory two = memory(second)) {
      CheckpointWriter ones = new CheckpointWriter(Optional.of(folder), first);
      CheckpointWriter twos = new CheckpointWriter(Optional.of(folder), second);
      for (int step = 10; step <= 50; step += 10) {
        ones.saveFinal(step, one);
      }
      twos.saveFinal(30, two);
      twos.saveFinal(50, two);
      twos.saveFinal(50, two);
      twos.saveFinal(60, two);
    }
    assertThat(folders())
        .containsExactlyInAnyOrder("step-000000040", "step-000000050", "step-000000060");
    assertThat(path(40, 0)).exists();
    assertThat(path(50, 1)).exists();
    assertThat(path(60, 1)).exists();
  }

  @Test
  void aPeriodicCheckpointHoldsTheStateOfItsMomentAndTheFinalOneWaitsForIt() {
    ShardSettings settings = settings(0, 1);
    try (ShardMemory memory = memory(settings);
        Arena arena = Arena.ofConfined()) {
      CheckpointWriter writer = new CheckpointWriter(Optional.of(folder), settings);
      writer.saveLater(1, memory);
      memory.weights().fill((byte) 0);
      writer.saveFinal(2, memory);

      assertThat(values(SafetensorsFile.read(path(1, 0), arena).tensors().getFirst()))
          .containsExactly(0, 1, 2);
      assertThat(values(SafetensorsFile.read(path(2, 0), arena).tensors().getFirst()))
          .containsExactly(0, 0, 0);
    }
  }

  @Test
  void withoutAFolderNothingIsWritten() throws IOException {
    ShardSettings settings = settings(0, 1);
    try (ShardMemory memory = memory(settings)) {
      CheckpointWriter writer = new CheckpointWriter(Optional.empty(), settings);
      writer.saveLater(1, memory);
      writer.saveFinal(2, memory);
    }
    assertThat(folders()).isEmpty();
  }

  @Test
  void aDiskErrorIsClearAndTheNextCheckpointIsTriedAgain() throws IOException {
    Path inTheWay = Files.writeString(folder.resolve("checkpoints"), "");
    ShardSettings settings = settings(0, 1);
    try (ShardMemory memory = memory(settings)) {
      CheckpointWriter writer = new CheckpointWriter(Optional.of(inTheWay), settings);
      writer.saveLater(1, memory);
      assertThatThrownBy(() -> writer.saveFinal(2, memory))
          .isInstanceOf(GradwireException.class)
          .hasMessageContaining("step-000000002/shard-0-of-1.safetensors: cannot write (");
      Files.delete(inTheWay);

      writer.saveFinal(3, memory);

      assertThat(inTheWay.resolve("step-000000003/shard-0-of-1.safetensors")).exists();
    }
  }

  private List<String> folders() throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private Path path(long step, int shard) {
    int numShards =
        Files.exists(folder.resolve("step-%09d/shard-0-of-1.safetensors".formatted(step))) ? 1 : 2;
    return folder.resolve("step-%09d/shard-%d-of-%d.safetensors".formatted(step, shard, numShards));
  }

  /** Weights 0, 1, 2 and so on; slots as after one gradient of ones. */
  private static ShardMemory memory(ShardSettings settings) {
    ShardMemory memory = new ShardMemory(settings.shard(), Optimizer.of(settings.optimizer()));
    float[] values = new float[(int) settings.shard().length()];
    java.util.Arrays.fill(values, 1);
    memory.apply(1, List.of(Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, values)));
    for (int i = 0; i < values.length; i++) {
      memory.weights().setAtIndex(ValueLayout.JAVA_FLOAT, i, i);
    }
    return memory;
  }

  private static ShardSettings settings(int shard, int numShards) {
    return new ShardSettings(
        ShardMap.of(LAYOUT, numShards).shards().get(shard),
        numShards,
        ADAM,
        new Consistency.Async(),
        100,
        new CheckpointPlan(10, 2));
  }

  private static float[] values(SafetensorsFile.Entry entry) {
    return entry.values().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }
}
