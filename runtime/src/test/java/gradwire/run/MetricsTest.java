package gradwire.run;

import static java.nio.file.StandardOpenOption.APPEND;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MetricsTest {
  private static final InstantSource FROZEN = InstantSource.fixed(Instant.ofEpochMilli(12_250));

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("metrics.jsonl");
  }

  @Test
  void aLineHoldsTimeStepAndNumbers() {
    append(40, Map.of("loss", 0.5));
    assertThat(file).hasContent("{\"time\":12.25,\"step\":40,\"loss\":0.5}\n");
  }

  @Test
  void theTailSeesEachLineOnceAndNoneBeforeThereIsAFile() {
    MetricsTail tail = new MetricsTail(file);
    assertThat(tail.poll()).isEmpty();
    append(1, Map.of("loss", 2.0));
    append(2, Map.of("loss", Double.NaN));
    assertThat(tail.poll()).extracting(MetricsRecord::step).containsExactly(1L, 2L);
    assertThat(tail.poll()).isEmpty();
    append(3, Map.of());
    assertThat(tail.poll()).extracting(MetricsRecord::step).containsExactly(3L);
  }

  @Test
  void anUnfinishedLineWaitsForItsEnd() throws IOException {
    Files.writeString(file, "{\"time\":1,\"st");
    MetricsTail tail = new MetricsTail(file);
    assertThat(tail.poll()).isEmpty();
    Files.writeString(file, "ep\":5}\n", APPEND);
    assertThat(tail.poll()).extracting(MetricsRecord::step).containsExactly(5L);
  }

  @Test
  void theLogGoesOnAfterALineThatAKilledWriterLeftUnfinished() throws IOException {
    Files.writeString(file, "{\"time\":1,\"st");
    append(6, Map.of());
    assertThat(new MetricsTail(file).poll()).extracting(MetricsRecord::step).containsExactly(6L);
  }

  @Test
  void whatIsBeyondAStepIsForgottenAndHowFarItWentIsTold() {
    append(100, Map.of("loss", 2.0));
    append(200, Map.of("testAccuracy", Double.NaN));
    append(250, Map.of("loss", 1.0));

    assertThat(MetricsLog.forgetBeyond(file, 300)).isEqualTo(300);
    assertThat(MetricsLog.forgetBeyond(file, 200)).isEqualTo(250);
    assertThat(MetricsTail.readAll(file))
        .extracting(MetricsRecord::step)
        .containsExactly(100L, 200L);
    assertThat(MetricsLog.forgetBeyond(folder.resolve("none"), 7)).isEqualTo(7);
  }

  private void append(long step, Map<String, Double> numbers) {
    try (MetricsLog log = new MetricsLog(file, FROZEN)) {
      log.append(step, new TreeMap<>(numbers));
    }
  }
}
