package gradwire.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogTailTest {
  @TempDir Path folder;

  @Test
  void ofAStackTraceTheLastCauseIsTold() throws IOException {
    assertThat(
            LogTail.lastError(
                log(
                    "step 1\nException in thread \"main\" a.B: x\n\tat a.C.error(C.java:1)\n"
                        + "Caused by: a.D: y\n\t... 3 more\n")))
        .contains("Caused by: a.D: y");
  }

  @Test
  void aMessageInHouseWordingCounts() throws IOException {
    assertThat(LogTail.lastError(log("batch_size: expected 1 or more, got 0; try 32\nbye\n")))
        .contains("batch_size: expected 1 or more, got 0; try 32");
  }

  @Test
  void aLogWithoutErrorsTellsNone() throws IOException {
    assertThat(LogTail.lastError(log("step 1\nstep 2\n"))).isEmpty();
    assertThat(LogTail.lastError(folder.resolve("none"))).isEmpty();
  }

  private Path log(String text) throws IOException {
    return Files.writeString(folder.resolve("log.txt"), text);
  }
}
