package gradwire.server.checkpoint;

import static gradwire.server.checkpoint.SavedShards.NUM_VECTORS;
import static gradwire.server.checkpoint.SavedShards.save;
import static gradwire.server.checkpoint.SavedShards.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.GradwireException;
import gradwire.tensor.Floats;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckpointFolderTest {
  private static final int NUM_FLOATS = 7;

  @TempDir private Path folder;
  private final List<String> refused = new ArrayList<>();

  private Optional<Checkpoint> newest() {
    refused.clear();
    return new CheckpointFolder(folder).newest(any -> {}, (path, why) -> refused.add(why));
  }

  @Test
  void withoutAnyThereIsNone() {
    assertThat(newest()).isEmpty();
    assertThat(new CheckpointFolder(folder.resolve("missing")).newestFirst()).isEmpty();
  }

  @Test
  void theNewestWholeOneIsTaken() {
    save(folder, 2, 10, 20);
    SavedShards.writer(folder, 0, 2).saveFinal(SavedShards.snapshot(0, 2, 30));

    Checkpoint newest = newest().orElseThrow();
    assertThat(newest.name()).isEqualTo("step-000000020");
    assertThat(newest.manifest().step()).isEqualTo(20);
    assertThat(refused)
        .singleElement()
        .asString()
        .contains("step-000000030/manifest.json: expected a whole checkpoint's manifest");
  }

  @Test
  void oneWithAMissingFileIsRefusedByNameAndTheOneBeforeIsTaken() throws IOException {
    save(folder, 2, 10, 20);
    Files.delete(folder.resolve("step-000000020/shard-1-of-2.safetensors"));

    assertThat(newest().orElseThrow().name()).isEqualTo("step-000000010");
    assertThat(refused)
        .singleElement()
        .asString()
        .contains("step-000000020/shard-1-of-2.safetensors: damaged: expected to read it");
  }

  @Test
  void oneWithATruncatedFileIsRefusedByName() throws IOException {
    save(folder, 2, 10, 20);
    Path file = folder.resolve("step-000000020/shard-0-of-2.safetensors");
    byte[] sound = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(sound, sound.length - 1));

    assertThat(newest().orElseThrow().name()).isEqualTo("step-000000010");
    assertThat(refused)
        .singleElement()
        .asString()
        .contains("shard-0-of-2.safetensors: damaged: expected " + sound.length + " bytes");
  }

  @Test
  void noFlippedByteOfAFilePassesUnnoticed() throws IOException {
    save(folder, 2, 20);
    Path file = folder.resolve("step-000000020/shard-0-of-2.safetensors");
    byte[] sound = Files.readAllBytes(file);
    for (int at = 0; at < sound.length; at++) {
      byte[] damaged = sound.clone();
      damaged[at] ^= 4;
      Files.write(file, damaged);
      assertThat(newest()).as("byte %d", at).isEmpty();
      assertThat(refused).singleElement().asString().contains("shard-0-of-2.safetensors: damaged");
    }
    Files.write(file, sound);
    assertThat(newest()).isPresent();
  }

  @Test
  void noFlippedByteOfTheManifestChangesWhatIsRead() throws IOException {
    save(folder, 1, 20);
    Manifest sound = newest().orElseThrow().manifest();
    Path file = folder.resolve("step-000000020/manifest.json");
    byte[] text = Files.readAllBytes(file);
    for (int at = 0; at < text.length; at++) {
      byte[] damaged = text.clone();
      damaged[at] ^= 1;
      Files.write(file, damaged);
      Optional<Checkpoint> read = newest();
      if (read.isEmpty()) {
        assertThat(refused).singleElement().asString().contains("manifest.json");
      } else {
        assertThat(read.get().manifest()).as("byte %d", at).isEqualTo(sound);
      }
    }
  }

  @Test
  void anyRangeIsReadWhateverTheNumberOfFiles() {
    for (int numShards = 1; numShards <= 8; numShards++) {
      Path root = folder.resolve("of-" + numShards);
      save(root, numShards, 5);
      Checkpoint checkpoint =
          new CheckpointFolder(root).newest(any -> {}, (path, why) -> {}).orElseThrow();
      for (int begin = 0; begin < NUM_FLOATS; begin++) {
        for (int end = begin + 1; end <= NUM_FLOATS; end++) {
          checkRange(checkpoint, begin, end);
        }
      }
    }
  }

  private static void checkRange(Checkpoint checkpoint, int begin, int end) {
    try (Arena arena = Arena.ofConfined()) {
      List<MemorySegment> into = new ArrayList<>();
      for (int vector = 0; vector < NUM_VECTORS; vector++) {
        into.add(Floats.allocate(arena, end - begin));
      }
      checkpoint.read(begin, into);
      for (int vector = 0; vector < NUM_VECTORS; vector++) {
        for (int i = begin; i < end; i++) {
          assertThat(into.get(vector).getAtIndex(ValueLayout.JAVA_FLOAT, i - begin))
              .isEqualTo(value(5, vector, i));
        }
      }
    }
  }

  @Test
  void oneThatDoesNotFitIsRefusedToo() {
    save(folder, 1, 10, 20);
    Optional<Checkpoint> fitting =
        new CheckpointFolder(folder)
            .newest(
                checkpoint -> {
                  if (checkpoint.manifest().step() == 20) {
                    throw new GradwireException("not this one");
                  }
                },
                (path, why) -> refused.add(why));
    assertThat(fitting.orElseThrow().manifest().step()).isEqualTo(10);
    assertThat(refused).containsExactly("not this one");
  }

  @Test
  void whatIsSetAsideIsNoCheckpointAnyMore() {
    save(folder, 1, 10, 20);
    CheckpointFolder checkpoints = new CheckpointFolder(folder);
    checkpoints.setAside(folder.resolve("step-000000020"));
    save(folder, 1, 20);
    checkpoints.setAside(folder.resolve("step-000000020"));

    assertThat(newest().orElseThrow().name()).isEqualTo("step-000000010");
    assertThat(folder.resolve("refused-step-000000020/manifest.json")).exists();
  }

  @Test
  void aCutIsReadAsItWasTold() {
    Cut cut = new Cut(List.of(12L, 0L, 7L));
    assertThat(Cut.parse(cut.text())).isEqualTo(cut);
    assertThatThrownBy(() -> Cut.parse("cut 1 x\n")).hasMessageContaining("cut 1 x");
  }
}
