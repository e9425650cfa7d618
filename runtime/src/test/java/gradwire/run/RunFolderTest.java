package gradwire.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.cluster.TaskId;
import gradwire.error.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunFolderTest {
  private static final InstantSource FROZEN =
      InstantSource.fixed(Instant.parse("2026-03-04T05:06:07.089Z"));

  @TempDir Path folder;

  @Test
  void runsThatStartInTheSameInstantGetTwoFolders() {
    RunFolder first = RunFolder.create(folder, "mnist", FROZEN, new Random(7));
    RunFolder second = RunFolder.create(folder, "mnist", FROZEN, new Random(7));
    assertThat(first.root()).isNotEqualTo(second.root()).exists();
    assertThat(first.id()).matches("20260304-050607\\.089-[0-9a-f]{4}");
    assertThat(second.root()).exists().hasParent(folder.resolve("mnist"));
  }

  @Test
  void anExperimentThatCannotNameAFolderIsRefused() {
    assertThatThrownBy(() -> RunFolder.create(folder, "../up"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "experiment: expected letters, digits, '.', '_' and '-', not starting with '.' or '-',"
                + " got '../up'; rename the experiment");
  }

  @Test
  void aRunDirThatHoldsFilesIsRefusedByName() throws IOException {
    Files.writeString(folder.resolve("precious"), "x");
    assertThatThrownBy(() -> RunFolder.claim(folder))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "--run-dir "
                + folder
                + ": expected a new or empty folder, got a folder that holds files;"
                + " choose another folder, or empty this one");
  }

  @Test
  void aRunDirThatIsAFileIsRefusedByName() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertThatThrownBy(() -> RunFolder.claim(file)).hasMessageContaining("got a file;");
  }

  @Test
  void anEmptyOrMissingRunDirIsTaken() throws IOException {
    Files.createDirectories(folder.resolve("empty"));
    assertThat(RunFolder.claim(folder.resolve("empty")).root()).isDirectory();
    assertThat(RunFolder.claim(folder.resolve("a/b")).root()).isDirectory();
  }

  @Test
  void aPublishedAddressIsReadUntilItIsForgotten() {
    RunFolder run = new RunFolder(folder);
    assertThat(run.readAddress(TaskId.ps(0))).isEmpty();
    run.publishAddress(TaskId.ps(0), "127.0.0.1:4711");
    assertThat(run.readAddress(TaskId.ps(0))).contains("127.0.0.1:4711");
    assertThat(run.address(TaskId.ps(0))).isEqualTo(folder.resolve("tasks/ps-0.address"));
    run.forget(TaskId.ps(0));
    assertThat(run.readAddress(TaskId.ps(0))).isEmpty();
  }

  @Test
  void stateIsDroppedWithAllThatIsInIt() {
    RunFolder run = new RunFolder(folder);
    run.dropState();
    AtomicFiles.write(run.state().resolve("ps-0.shard"), "weights");
    AtomicFiles.write(run.state().resolve("deep/file"), "more");
    run.dropState();
    assertThat(run.state()).doesNotExist();
    assertThat(run.root()).exists();
  }
}
