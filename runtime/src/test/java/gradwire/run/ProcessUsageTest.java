package gradwire.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessUsageTest {
  @TempDir Path folder;

  @Test
  void peakMemoryIsTheHighWaterMarkInBytes() throws IOException {
    Path status = Files.writeString(folder.resolve("status"), "Name:\tjava\nVmHWM:\t   2048 kB\n");
    assertThat(ProcessUsage.peakRssBytes(status)).isEqualTo(2048 * 1024);
  }

  @Test
  void aPlatformThatDoesNotTellGivesZero() {
    assertThat(ProcessUsage.peakRssBytes(folder.resolve("none"))).isZero();
  }

  @Test
  void thisProcessHasUsedProcessorTime() {
    assertThat(ProcessUsage.now().cpuSeconds()).isPositive();
  }
}
