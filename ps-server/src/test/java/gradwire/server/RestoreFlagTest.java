package gradwire.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.cluster.RoleArguments;
import gradwire.error.GradwireException;
import gradwire.error.UsageException;
import gradwire.server.checkpoint.Checkpoint;
import gradwire.server.checkpoint.SavedShards;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RestoreFlagTest {
  @TempDir private Path saved;
  private final List<String> report = new ArrayList<>();

  private Optional<Checkpoint> find(int server, Optional<Path> folder, String... flags) {
    List<String> words = new ArrayList<>(List.of("--job_name=ps", "--task_index=" + server));
    words.addAll(List.of("--ps_hosts=localhost:1,localhost:2", "--worker_hosts=localhost:3"));
    words.addAll(List.of(flags));
    return RestoreFlag.of(RoleArguments.parse(words, Map.of()), folder).find(report::add);
  }

  private long stepOf(int server, String flag) {
    return find(server, Optional.of(saved), flag).orElseThrow().manifest().step();
  }

  @Test
  void withoutTheFlagARunBeginsWithItsFirstStepWhateverIsThere() {
    SavedShards.save(saved, 2, 10);
    assertThat(find(0, Optional.of(saved))).isEmpty();
    assertThat(saved.resolve("step-000000010")).isDirectory();
  }

  @Test
  void theLatestIsTheNewestWholeOneAndServer0PutsAsideWhatIsNewer() {
    SavedShards.save(saved, 2, 10, 20);
    SavedShards.savePart(saved, 30);

    assertThat(stepOf(1, "--restore=latest")).isEqualTo(20);
    assertThat(saved.resolve("step-000000030")).as("server 1 leaves it").isDirectory();
    assertThat(stepOf(0, "--restore=latest")).isEqualTo(20);
    assertThat(saved.resolve("step-000000030")).doesNotExist();
    assertThat(saved.resolve("refused-step-000000030")).isDirectory();
    assertThat(stepOf(1, "--restore=latest")).as("and the answer stays").isEqualTo(20);
    assertThat(report)
        .contains("restores step 20 from " + saved.resolve("step-000000020"))
        .anyMatch(line -> line.startsWith("checkpoint refused: " + saved + "/step-000000030/"));
  }

  @Test
  void aCheckpointMayBeNamedAndNewerOnesAreOfAnotherHistory() {
    SavedShards.save(saved, 2, 10, 20);
    assertThat(stepOf(0, "--restore=" + saved.resolve("step-000000010"))).isEqualTo(10);
    assertThat(saved.resolve("refused-step-000000020")).isDirectory();
  }

  @Test
  void aDamagedOneThatIsNamedIsRefusedByItsFile() throws IOException {
    SavedShards.save(saved, 2, 10);
    Path file = saved.resolve("step-000000010/shard-1-of-2.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> stepOf(0, "--restore=" + file.getParent()))
        .isInstanceOf(GradwireException.class)
        .hasMessageStartingWith(file + ": damaged: expected SHA-256 ");
  }

  @Test
  void whereThereIsNothingToRestoreThatIsSaid() {
    assertThatThrownBy(() -> stepOf(0, "--restore=latest"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "--restore latest: expected a whole checkpoint in "
                + saved
                + ", got none; leave --restore out to begin with the first step");
    SavedShards.savePart(saved, 30);
    assertThatThrownBy(() -> stepOf(0, "--restore=latest"))
        .hasMessageContaining("got 1 of no use; leave --restore out");
  }

  @Test
  void whereItCannotBeSaidThatIsRefused() {
    assertThatThrownBy(() -> find(0, Optional.empty(), "--restore=latest"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "--restore latest: expected --checkpoint_dir, where to look for it, got none; add"
                + " --checkpoint_dir=DIR");
    assertThatThrownBy(
            () -> find(0, Optional.of(saved), "--restore=latest", "--run_folder=" + saved))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("--restore: expected no --run_folder, whose launcher says")
        .hasMessageEndingWith("use gradwire resume");
  }
}
