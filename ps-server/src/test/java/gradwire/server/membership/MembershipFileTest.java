package gradwire.server.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.GradwireException;
import gradwire.membership.Beat;
import gradwire.membership.Moves;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MembershipFileTest {
  @TempDir Path folder;
  private Path file;
  private MembershipState state;

  @BeforeEach
  void train() {
    file = folder.resolve("state/membership");
    Run run = new Run(2, 3, Moves.WHEN_SLOW);
    run.join(Run.member(0, 4));
    run.join(Run.member(1, 0));
    run.beat(Run.member(1, 0), Beat.Intent.RETIRE);
    state = run.store.load().orElseThrow();
  }

  @Test
  void whatIsSavedIsLoadedAndCanBeRead() {
    MembershipFile store = new MembershipFile(file, 0);
    assertThat(store.load()).isEmpty();
    store.save(state);
    assertThat(new MembershipFile(file, 0).load()).contains(state);
    assertThat(file)
        .content()
        .startsWith("gradwire membership 1\nplan 2 3 2000 WHEN_SLOW\ncounts 2 0\n")
        .contains("\nreplica 1 1 0 true\n", "\nworker 0 4 77 0 false\n");
  }

  @Test
  void aRunThatWasStoppedAndIsResumedHasEverythingToDoAgain() {
    new MembershipFile(file, 0).save(state);
    MembershipState resumed = new MembershipFile(file, 1).load().orElseThrow();
    assertThat(resumed.of(1)).containsExactly(1);
    assertThat(resumed).isEqualTo(state.resumed());
  }

  @Test
  void aDamagedFileIsRefusedByName() throws IOException {
    new MembershipFile(file, 0).save(state);
    byte[] bytes = Files.readAllBytes(file);
    for (int at = 0; at < bytes.length; at++) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= 1;
      Files.write(file, damaged);
      assertRefused();
    }
    for (int length = 0; length < bytes.length; length++) {
      Files.write(file, Arrays.copyOf(bytes, length));
      assertRefused();
    }
  }

  private void assertRefused() {
    assertThatThrownBy(() -> new MembershipFile(file, 0).load())
        .isInstanceOf(GradwireException.class)
        .hasMessageStartingWith(file + ": expected who computes which replica, as this server left")
        .hasMessageEndingWith("; restore the file or run the job anew");
  }

  @Test
  void aFileThatCannotBeWrittenLeavesTheOneBefore() throws IOException {
    MembershipFile store = new MembershipFile(file, 0);
    store.save(state);
    String before = Files.readString(file);
    Path blocked = folder.resolve("file");
    Files.writeString(blocked, "");
    assertThatThrownBy(() -> new MembershipFile(blocked.resolve("membership"), 0).save(state))
        .isInstanceOf(GradwireException.class)
        .hasMessageContaining("expected to write the file");
    assertThat(file).hasContent(before);
  }
}
