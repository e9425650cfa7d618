package gradwire.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.GradwireException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AtomicFilesTest {
  @TempDir Path folder;

  @Test
  void aFileIsReplacedAndNothingElseIsLeft() throws IOException {
    Path file = folder.resolve("deep/er/note.txt");
    AtomicFiles.write(file, "one");
    AtomicFiles.write(file, "two");
    assertThat(file).hasContent("two");
    try (var entries = Files.list(file.resolveSibling(""))) {
      assertThat(entries).containsExactly(file);
    }
  }

  @Test
  void aRefusalNamesTheFileAndSaysWhatToDo() throws IOException {
    Path blocked = Files.writeString(folder.resolve("file"), "x").resolve("below/note.txt");
    assertThatThrownBy(() -> AtomicFiles.write(blocked, "text"))
        .isInstanceOf(GradwireException.class)
        .hasMessageStartingWith(blocked + ": expected to write the file, got: ")
        .hasMessageEndingWith("free disk space or make the folder writable, then run again");
  }

  @Test
  void contentThatCannotBeMadeLeavesTheFormerFile() throws IOException {
    Path file = folder.resolve("note.txt");
    AtomicFiles.write(file, "one");
    assertThatThrownBy(
            () ->
                AtomicFiles.write(
                    file,
                    stream -> {
                      stream.write('t');
                      throw new IOException("no more");
                    }))
        .isInstanceOf(GradwireException.class)
        .hasMessageContaining("no more");
    assertThat(file).hasContent("one");
    try (var entries = Files.list(folder)) {
      assertThat(entries).containsExactly(file);
    }
  }

  @Test
  void aFailedRenameLeavesNoTemporaryFile() throws IOException {
    Path taken = Files.createDirectories(folder.resolve("taken/inner")).resolveSibling("");
    assertThatThrownBy(() -> AtomicFiles.write(folder.resolve("taken"), "text"))
        .hasMessageContaining("taken");
    try (var entries = Files.list(folder)) {
      assertThat(entries.map(Path::getFileName)).containsExactly(taken.getFileName());
    }
  }
}
