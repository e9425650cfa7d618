package gradwire.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.cluster.TaskId;
import gradwire.error.GradwireException;
import gradwire.run.AtomicFiles;
import gradwire.run.RunFolder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IncarnationsTest {
  private static final List<TaskId> ALL = List.of(TaskId.ps(0), TaskId.worker(0));

  @TempDir Path root;

  private Incarnations open() {
    return Incarnations.of(new RunFolder(root));
  }

  @Test
  void theFirstStartIsNumberZero() {
    Incarnations incarnations = open();
    assertThat(incarnations.isEmpty()).isTrue();
    incarnations.advance(ALL);
    assertThat(ALL).extracting(incarnations::latest).containsExactly(0, 0);
  }

  @Test
  void everyStartCountsOnOverLaunchers() {
    Incarnations first = open();
    first.advance(ALL);
    first.advance(List.of(TaskId.worker(0)));
    Incarnations second = open();
    assertThat(second.isEmpty()).isFalse();
    assertThat(ALL).extracting(second::latest).containsExactly(0, 1);
    second.advance(ALL);
    assertThat(ALL).extracting(open()::latest).containsExactly(1, 2);
  }

  @Test
  void aFileOfAnotherFormIsRefusedByName() {
    AtomicFiles.write(root.resolve("state/incarnations"), "ps-0\n");
    assertThatThrownBy(this::open)
        .isInstanceOf(GradwireException.class)
        .hasMessageContaining("state/incarnations: expected a line 'TASK NUMBER' for each task");
  }
}
