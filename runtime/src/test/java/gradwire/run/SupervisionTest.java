package gradwire.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class SupervisionTest {
  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

  @Test
  void stopIsObeyedOnceAndTheRoleLivesOnUntilItIsDone() throws Exception {
    try (PipedOutputStream launcher = new PipedOutputStream()) {
      Thread watcher = watch(launcher);
      launcher.write("hello\nstop\nstop\n".getBytes(UTF_8));
      launcher.flush();
      assertThat(events.poll(5, TimeUnit.SECONDS)).isEqualTo("stop");
      assertThat(watcher.isDaemon()).isTrue();
      launcher.close();
      assertThat(events.poll(5, TimeUnit.SECONDS)).isEqualTo("halt 1");
      assertThat(watcher.join(Duration.ofSeconds(5))).isTrue();
      assertThat(events).isEmpty();
    }
  }

  @Test
  void theEndOfThePipeHaltsTheRole() throws InterruptedException {
    List<Integer> halts = new CopyOnWriteArrayList<>();
    Thread watcher =
        Supervision.watch(
            new ByteArrayInputStream(new byte[0]), () -> events.add("stop"), halts::add);
    assertThat(watcher.join(Duration.ofSeconds(5))).isTrue();
    assertThat(halts).containsExactly(Supervision.EXIT_ORPHANED);
    assertThat(events).isEmpty();
  }

  private Thread watch(PipedOutputStream launcher) throws IOException {
    return Supervision.watch(
        new PipedInputStream(launcher),
        () -> events.add("stop"),
        exitCode -> events.add("halt " + exitCode));
  }
}
