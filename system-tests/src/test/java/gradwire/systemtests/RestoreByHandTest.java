package gradwire.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.server.checkpoint.CheckpointFolder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two servers and two workers that nobody launched, all killed, and started again by hand. */
final class RestoreByHandTest {
  private static final Duration SECONDS = Duration.ofSeconds(30);
  private static final String EVERY_STEPS = "--checkpoint_every_steps=100";
  private static final long STEPS_BEYOND = 150;

  @TempDir Path folder;
  private final List<Command> tasks = new ArrayList<>();
  private String data;

  @BeforeEach
  void prepare() throws IOException {
    data = "--data_dir=" + SmallMnist.write(folder.resolve("data"), 5_500, 100);
  }

  @AfterEach
  void end() {
    tasks.forEach(Command::close);
  }

  /** A cluster's addresses, and what its tasks are called. */
  private record Cluster(String name, String servers, Path saved) {}

  private Cluster cluster(String name, Path saved) throws IOException {
    try (ServerSocket one = anyPort();
        ServerSocket other = anyPort()) {
      return new Cluster(
          name, "localhost:" + one.getLocalPort() + ",localhost:" + other.getLocalPort(), saved);
    }
  }

  private static ServerSocket anyPort() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  private Command server(Cluster cluster, int index, String... more) {
    List<String> flags = flags(cluster, "ps", index, more);
    flags.add("--checkpoint_dir=" + cluster.saved());
    return started(Command.server(base(cluster, "ps-" + index), Map.of(), flags));
  }

  private Command worker(Cluster cluster, int index, String... more) {
    List<String> flags = flags(cluster, "worker", index, more);
    flags.addAll(List.of(data, "--sync_replicas=true"));
    return started(Command.worker(base(cluster, "wk-" + index), Map.of(), flags));
  }

  private Path base(Cluster cluster, String task) {
    return folder.resolve(cluster.name() + "-" + task);
  }

  private Command started(Command task) {
    tasks.add(task);
    return task;
  }

  private static List<String> flags(Cluster cluster, String job, int index, String... more) {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "--job_name=" + job,
                "--task_index=" + index,
                "--ps_hosts=" + cluster.servers(),
                "--worker_hosts=one:1,other:1"));
    flags.addAll(List.of(more));
    return flags;
  }

  /** Trains until something is saved, and kills everything. */
  private long loseAll(Path saved) throws IOException {
    Cluster lost = cluster("lost", saved);
    server(lost, 0);
    server(lost, 1);
    Command chief = worker(lost, 0, "--train_steps=1000000", EVERY_STEPS);
    worker(lost, 1, "--train_steps=1000000", EVERY_STEPS);
    Await.until(
        "a whole checkpoint",
        Command.PATIENCE,
        () -> {
          assertThat(chief.isAlive()).as(chief::said).isTrue();
          return newest(saved) > 0;
        });
    tasks.forEach(task -> task.signal("KILL"));
    tasks.forEach(task -> task.awaitExit(SECONDS));
    tasks.clear();
    return newest(saved);
  }

  private static long newest(Path saved) {
    return new CheckpointFolder(saved)
        .newest(any -> {}, (path, why) -> {})
        .map(checkpoint -> checkpoint.manifest().step())
        .orElse(0L);
  }

  /** Trains to the end, and returns what server 1 saved then. */
  private byte[] train(Cluster cluster, long steps, String... restore) throws IOException {
    Command first = server(cluster, 0, restore);
    Command second = server(cluster, 1, restore);
    Command chief = worker(cluster, 0, "--train_steps=" + steps, EVERY_STEPS);
    Command other = worker(cluster, 1, "--train_steps=" + steps, EVERY_STEPS);
    for (Command task : List.of(chief, other, first, second)) {
      assertThat(task.awaitExit()).as(task::said).isZero();
    }
    return Files.readAllBytes(
        cluster.saved().resolve("step-%09d/shard-1-of-2.safetensors".formatted(steps)));
  }

  @Test
  void serversRestoreAndWorkersGoOnAtTheirDataSoThatTheBitsAreThoseOfAnUndisturbedRun()
      throws IOException {
    Path saved = folder.resolve("saved");
    long step = loseAll(saved);
    long steps = step + STEPS_BEYOND;
    byte[] restored = train(cluster("restored", saved), steps, "--restore=latest");
    assertThat(Files.readString(folder.resolve("restored-ps-0.out")))
        .contains("restores step " + step + " from " + saved);
    byte[] undisturbed = train(cluster("quiet", folder.resolve("quiet")), steps);
    assertThat(restored).isEqualTo(undisturbed);
  }

  @Test
  void serversThatBeganWithDifferentCheckpointsAreToldApart() throws IOException {
    Path saved = folder.resolve("saved");
    long step = loseAll(saved);
    Cluster mixed = cluster("mixed", saved);
    server(mixed, 0, "--restore=latest");
    server(mixed, 1);
    Command chief = worker(mixed, 0, "--train_steps=1000000");
    assertThat(chief.awaitExit(SECONDS)).isEqualTo(1);
    assertThat(chief.err())
        .contains("replica-0: expected all servers to begin with the same checkpoint, got ps-0: ")
        .contains("step-%09d of SHA-256 ".formatted(step))
        .contains(", ps-1: the first step; start them again with the same --restore");
  }
}
