package gradwire.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.run.RunResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Roles that do not fit each other or their machine. */
final class BadClusterTest {
  private static final Duration SECONDS = Duration.ofSeconds(30);
  private static final String ENDLESS = "--train_steps=100000000";

  @TempDir Path folder;
  private String data;
  private Roles roles;

  @BeforeEach
  void prepare() throws IOException {
    data = "--data_dir=" + SmallMnist.write(folder.resolve("data"), 5_500, 100);
    roles = Roles.onFreePorts();
  }

  @Test
  void aPortInUseIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("localhost"));
        Command server =
            server(
                new Roles(taken.getLocalPort(), roles.workerPort(), roles.otherWorkerPort())
                    .flags("ps", 0))) {
      assertThat(server.awaitExit(SECONDS)).isEqualTo(1);
      assertThat(server.said())
          .contains(
              "ps-0: cannot listen on localhost:" + taken.getLocalPort(),
              "Address already in use",
              "is the port in use? stop its owner or choose another port");
    }
  }

  @Test
  void aWorkerOfAnotherClusterIsRefusedThoughItCameFirst() {
    try (Command server = server(roles.flags("ps", 0));
        Command other = workerOfAnotherCluster()) {
      Await.until(
          "worker-1 waits for worker-0",
          SECONDS,
          () ->
              other
                  .err()
                  .contains(
                      "worker-1 incarnation 0 waits up to 60 s for worker-0, which says how many"
                          + " workers and replicas there are"));
      try (Command chief = worker("wk-0", roles.flags("worker", 0, data, ENDLESS))) {
        assertThat(other.awaitExit(SECONDS)).isEqualTo(1);
        assertThat(other.said())
            .contains(
                "worker-1 incarnation 0: expected a worker of this job (2 replicas on 2 workers,")
            .contains("got one of another (3 replicas on 3 workers,")
            .contains("start all tasks with the same job and worker_hosts");
        Await.until("steps of worker-0", SECONDS, () -> chief.out().contains("training step"));
        assertThat(server.isAlive()).isTrue();
      }
    }
  }

  private Command workerOfAnotherCluster() {
    return worker(
        "wk-1",
        List.of(
            "--job_name=worker",
            "--task_index=1",
            "--ps_hosts=" + roles.psHosts(),
            "--worker_hosts=" + roles.workerHosts() + ",localhost:1",
            data,
            ENDLESS));
  }

  @Test
  void aWorkerWithAnotherModelIsRefused() {
    try (Command server = server(roles.flags("ps", 0));
        Command chief = worker("wk-0", roles.flags("worker", 0, data, ENDLESS));
        Command other =
            worker("wk-1", roles.flags("worker", 1, data, ENDLESS, "--hidden_units=50"))) {
      assertThat(other.awaitExit(SECONDS)).isEqualTo(1);
      assertThat(other.said())
          .contains(
              "worker-1: expected the chief's tensors (names, shapes, order), got other ones; give"
                  + " all tasks the same entry class and flags");
      assertThat(server.isAlive()).isTrue();
      assertThat(chief.isAlive()).isTrue();
    }
  }

  @Test
  void inSyncAWorkerThatDiesAndDoesNotComeBackEndsTheOthersWithItsName() {
    String sync = "--sync_replicas=true";
    try (Command server = server(roles.flags("ps", 0, "--rejoin_timeout_seconds=1"));
        Command chief = worker("wk-0", roles.flags("worker", 0, data, ENDLESS, sync));
        Command other = worker("wk-1", roles.flags("worker", 1, data, ENDLESS, sync))) {
      Await.until("worker-1 trains", SECONDS, () -> other.out().contains("(global step: "));
      other.signal("KILL");
      assertThat(server.awaitExit(SECONDS)).isEqualTo(1);
      assertThat(chief.awaitExit(SECONDS)).isEqualTo(1);
      assertThat(server.said()).contains("worker-1: lost at step");
      assertThat(chief.said()).contains("worker-1: lost at step");
    }
  }

  @Test
  void aCheckpointFolderThatCannotBeWrittenIsAnErrorAtTheStart() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "no folder");
    try (Command server = server(roles.flags("ps", 0, "--checkpoint_dir=" + file))) {
      assertThat(server.awaitExit(SECONDS)).isEqualTo(2);
      assertThat(server.said())
          .contains("checkpoints: expected a folder to write to, got " + file)
          .doesNotContain("listening");
    }
  }

  @Test
  void moreReplicasThanWorkersAreRefusedByTheScriptsFlagToo() {
    RunResult result = run("sync_replicas=true", "estimator.script_params.replicas_to_aggregate=3");
    assertThat(result.error())
        .contains(
            "estimator.script_params.replicas_to_aggregate: expected at most the 2 replicas, got 3;"
                + " leave it out to aggregate all");
  }

  @Test
  void aTargetMetricThatTheProgramDoesNotMeasureIsRefusedWithThoseItDoes() {
    Path runDir = folder.resolve("run");
    try (Command command =
        Command.run(
            Repository.REFERENCE_JOB,
            runDir,
            "training.stop_at={metric: test_acuracy, value: 0.5}",
            "training.evaluate_every_steps=20",
            "training.consistency=sync",
            "estimator.script_params." + data.substring("--".length()))) {
      assertThat(command.awaitExit(SECONDS)).isEqualTo(1);
    }
    assertThat(RunResult.read(runDir.resolve("result.json")).error())
        .startsWith("worker-0: ended with exit code 1: training.stop_at.metric: expected one of")
        .contains(
            "[test_accuracy, test_cross_entropy, validation_accuracy, validation_cross_entropy],"
                + " got test_acuracy; correct the job file");
  }

  @Test
  void aRoleWithoutAWordAboutItselfIsTold() {
    try (Command worker = worker("wk-0", List.of())) {
      assertThat(worker.awaitExit(SECONDS)).isEqualTo(2);
      assertThat(worker.err()).startsWith("TF_CONFIG not found.");
    }
    try (Command server = server(List.of("--job_name=ps"))) {
      assertThat(server.awaitExit(SECONDS)).isEqualTo(2);
      assertThat(server.err()).startsWith("Must specify an explicit `task_index`");
    }
    try (Command worker = worker("wk-0", List.of("--task_index=0"))) {
      assertThat(worker.awaitExit(SECONDS)).isEqualTo(2);
      assertThat(worker.err()).startsWith("Must specify an explicit `job_name`");
    }
  }

  @Test
  void aRoleUnderTheOthersCommandIsTold() {
    try (Command server = server(roles.flags("worker", 0))) {
      assertThat(server.awaitExit(SECONDS)).isEqualTo(2);
      assertThat(server.err()).contains("--job_name: expected ps, got worker; use gradwire worker");
    }
    try (Command worker = worker("wk-0", roles.flags("ps", 0))) {
      assertThat(worker.awaitExit(SECONDS)).isEqualTo(2);
      assertThat(worker.err()).contains("--job_name: expected worker, got ps; use gradwire ps");
    }
  }

  @Test
  void aFlagThatTheEntryClassDoesNotTakeIsRefused() {
    try (Command worker = worker("wk-0", roles.flags("worker", 0, data, "--train_stepz=5"))) {
      assertThat(worker.awaitExit(SECONDS)).isEqualTo(2);
      assertThat(worker.err()).contains("train_stepz: expected a flag of the entry class");
    }
  }

  private RunResult run(String scriptParam, String set) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "estimator.script_params.data_dir=" + data.substring("--data_dir=".length()),
                "estimator.script_params." + scriptParam,
                set));
    return InProcessRun.of(
        Repository.REFERENCE_JOB, folder.resolve("run"), sets.toArray(String[]::new));
  }

  private Command server(List<String> flags) {
    return Command.server(folder.resolve("ps-0"), Map.of(), flags);
  }

  private Command worker(String name, List<String> flags) {
    return Command.worker(folder.resolve(name), Map.of(), flags);
  }
}
