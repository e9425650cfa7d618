package gradwire.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A server and a chief on this host, a worker on another whose cable is cut for a while. */
@EnabledOnOs(OS.LINUX)
final class CutCableTest {
  private static final int STEPS = 4_000;

  /** The kernel gives up an unacknowledged line after 10 s, a silent one after 4 s. */
  private static final Duration NOTICED_WITHIN = Duration.ofSeconds(20);

  @TempDir Path folder;

  @Test
  void aRunWhoseWorkerWasCutOffForAWhileEndsWithTheSameBits() throws IOException {
    try (SecondHost host = SecondHost.make()) {
      byte[] undisturbed = train(host, "undisturbed", false);
      assertThat(train(host, "cut", true)).isEqualTo(undisturbed);
    }
  }

  /** Returns what the server saved at the end. */
  private byte[] train(SecondHost host, String name, boolean cut) throws IOException {
    Path run = Files.createDirectory(folder.resolve(name));
    Path saved = run.resolve("checkpoints");
    String servers = host.address() + ":" + freePort(host);
    try (Command server =
            Command.server(run.resolve("ps-0"), Map.of(), flags("ps", 0, servers, saved));
        Command chief =
            Command.worker(run.resolve("wk-0"), Map.of(), flags("worker", 0, servers, saved));
        Command other =
            Command.worker(host, run.resolve("wk-1"), flags("worker", 1, servers, saved))) {
      if (cut) {
        Await.until(
            "steps of worker-1", Command.PATIENCE, () -> other.out().contains("training step"));
        host.cut();
        Await.until(
            "worker-1 notices the cut", NOTICED_WITHIN, () -> other.err().contains("trying again"));
        host.mend();
      }
      assertThat(chief.awaitExit()).as(chief::said).isZero();
      assertThat(other.awaitExit()).as(other::said).isZero();
      if (cut) {
        assertThat(other.err())
            .contains("ps-0: the coordinator is heard again after ")
            .contains("worker-1: replicas [1] from step ");
      }
      assertThat(server.awaitExit()).as(server::said).isZero();
    }
    return Files.readAllBytes(saved.resolve("step-%09d/shard-0-of-1.safetensors".formatted(STEPS)));
  }

  private static List<String> flags(String job, int index, String servers, Path saved) {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "--job_name=" + job,
                "--task_index=" + index,
                "--ps_hosts=" + servers,
                "--worker_hosts=here:1,there:1"));
    flags.addAll(
        job.equals("ps")
            ? List.of("--checkpoint_dir=" + saved)
            : List.of("--train_steps=" + STEPS, "--sync_replicas=true"));
    return flags;
  }

  private static int freePort(SecondHost host) throws IOException {
    try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getByName(host.address()))) {
      return any.getLocalPort();
    }
  }
}
