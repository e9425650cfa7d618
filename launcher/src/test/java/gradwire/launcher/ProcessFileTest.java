package gradwire.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessFileTest {
  @TempDir Path folder;

  @Test
  void aRunningProcessIsFound() throws Exception {
    ProcessHandle self = ProcessHandle.current();
    Path file = Files.writeString(folder.resolve("pid"), ProcessFile.line(self));
    assertThat(ProcessFile.findRunning(file)).contains(self);
  }

  @Test
  void aNumberThatAnotherProcessHasNowIsNotBelieved() throws Exception {
    String line = ProcessHandle.current().pid() + " 12345\n";
    assertThat(ProcessFile.findRunning(Files.writeString(folder.resolve("pid"), line))).isEmpty();
  }

  @Test
  void aMissingOrDamagedFileNamesNobody() throws Exception {
    assertThat(ProcessFile.findRunning(folder.resolve("pid"))).isEmpty();
    for (String text : new String[] {"", "17", "x y", "17 y"}) {
      Path file = Files.writeString(folder.resolve("pid"), text);
      assertThat(ProcessFile.findRunning(file)).as(text).isEmpty();
    }
  }
}
