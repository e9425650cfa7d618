package gradwire.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import gradwire.run.RunFolder;
import gradwire.run.RunResult;
import gradwire.run.RunStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A run on a disk of its own, which is too small. */
@EnabledOnOs(OS.LINUX)
final class FullDiskTest {
  @TempDir Path folder;
  private boolean mounted;

  private Path disk(int kibibytes) throws IOException {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    mounted =
        Tool.succeeds(
            "mount", "-t", "tmpfs", "-o", "size=" + kibibytes + "k", "none", disk.toString());
    assumeTrue(mounted, "skipped: a disk of its own (tmpfs) needs root");
    return disk.resolve("run");
  }

  @AfterEach
  void unmount() {
    if (mounted) {
      LinuxProcesses.awaitNoneOf(folder.resolve("disk/run"), Duration.ofSeconds(20));
      Tool.run("umount", folder.resolve("disk").toString());
    }
  }

  private static Command launch(Path runDir) {
    return Command.run(
        Repository.REFERENCE_JOB,
        runDir,
        "estimator.script_params.train_steps=600",
        "training.consistency=sync",
        "training.checkpoint.every_steps=20",
        "training.checkpoint.keep=100");
  }

  @Test
  void aRunWhoseStateFindsNoRoomEndsAtOnceAndNamesTheFile() throws IOException {
    Path runDir = disk(1_000);
    try (Command launcher = launch(runDir)) {
      assertThat(launcher.awaitExit()).as(launcher::said).isEqualTo(1);
      assertThat(launcher.said()).contains("ps-0.shard");
    }
    assertThat(runDir.resolve("state/ps-0.shard")).doesNotExist();
  }

  @Test
  void aRunWhoseCheckpointsFillTheDiskTrainsOnAndWithMoreRoomIsResumedToItsEnd()
      throws IOException {
    Path runDir = disk(8_000);
    try (Command launcher = launch(runDir)) {
      assertThat(launcher.awaitExit()).as(launcher::said).isEqualTo(1);
    }
    assertThat(runDir.resolve("stdout-ps-0.txt"))
        .content()
        .contains("checkpoint not written: ", "No space left on device");
    assertNothingHalfIsLeft(runDir.resolve("checkpoints"));
    Tool.run("mount", "-o", "remount,size=100m", folder.resolve("disk").toString());
    try (Command resumed =
        Command.gradwire(runDir, List.of("resume", runDir.toString(), "--quiet"))) {
      assertThat(resumed.awaitExit()).as(resumed::said).isZero();
    }
    RunResult result = RunResult.read(new RunFolder(runDir).result());
    assertThat(result.status()).isEqualTo(RunStatus.SUCCEEDED);
    assertThat(result.globalSteps()).isEqualTo(600);
    assertThat(result.updatesLost()).isZero();
    assertThat(result.updatesDuplicated()).isZero();
  }

  private static void assertNothingHalfIsLeft(Path checkpoints) throws IOException {
    try (Stream<Path> files = Files.walk(checkpoints)) {
      List<Path> all = files.filter(Files::isRegularFile).toList();
      assertThat(all).isNotEmpty().noneMatch(file -> file.toString().endsWith(".tmp"));
      List<Path> shards =
          all.stream().filter(file -> file.toString().endsWith(".safetensors")).toList();
      long whole = Files.size(shards.getFirst());
      assertThat(shards).allMatch(file -> file.toFile().length() == whole);
    }
  }
}
