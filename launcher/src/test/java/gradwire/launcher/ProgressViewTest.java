package gradwire.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import gradwire.run.MetricsLog;
import gradwire.run.RunFolder;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProgressViewTest {
  @TempDir Path root;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, UTF_8);
  private LocalRun run;
  private Instant now;

  @BeforeEach
  void prepare() {
    run = FakeRun.prepared(new RunFolder(root), Duration.ofMinutes(1));
    now = run.launchedAt();
  }

  @Test
  void aPlainLineComesEveryFiveSecondsAtMostAndOnlyWithNews() {
    ProgressView view = new ProgressView(run, out, Style.PLAIN, () -> now);
    write(10, Map.of("loss", 0.5));
    now = now.plusSeconds(2);
    view.tick();
    write(18, Map.of("loss", 0.25, "testAccuracy", 0.9, "samplesPerSecond", 400.0));
    now = now.plusSeconds(4);
    view.tick();
    now = now.plusSeconds(10);
    view.tick();
    view.end();
    assertThat(bytes.toString(UTF_8))
        .isEqualTo(
            "fake  step 18/20  4 steps/s  400 samples/s  loss 0.2500  testAccuracy 0.9000  6 s\n"
                .replace("\\n", System.lineSeparator()));
  }

  @Test
  void aTerminalLineIsRedrawnInPlaceAndErasedAtTheEnd() {
    ProgressView view = new ProgressView(run, out, new Style(true, false), () -> now);
    view.tick();
    view.end();
    assertThat(bytes.toString(UTF_8))
        .isEqualTo("\r\033[?7lfake  starting  0 s\033[K\033[?7h\r\033[K");
  }

  @Test
  void newsStandOnLinesOfTheirOwn() {
    ProgressView plain = new ProgressView(run, out, Style.PLAIN, () -> now);
    plain.news("ps-0: restarted");
    ProgressView terminal = new ProgressView(run, out, new Style(true, false), () -> now);
    terminal.news("ps-1: restarted");
    assertThat(bytes.toString(UTF_8)).isEqualTo("ps-0: restarted\n\r\033[Kps-1: restarted\n");
  }

  private void write(long step, Map<String, Double> numbers) {
    try (MetricsLog log = new MetricsLog(run.folder().metrics(), () -> now)) {
      log.append(step, new TreeMap<>(numbers));
    }
  }
}
