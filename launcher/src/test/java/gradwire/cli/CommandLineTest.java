package gradwire.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import gradwire.cluster.TaskId;
import gradwire.error.UsageException;
import gradwire.launcher.Style;
import gradwire.run.AtomicFiles;
import gradwire.run.RunAccount;
import gradwire.run.RunEnding;
import gradwire.run.RunFolder;
import gradwire.run.RunStatus;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CommandLineTest {
  private static final String ESTIMATOR = "estimator: {entry_class: gradwire.Nothing}\n";

  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final List<JobRequest> requests = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "run",
        "resume",
        "chaos",
        "runs",
        "runs list",
        "runs show",
        "runs logs",
        "runs stop",
        "doctor"
      })
  void everyCommandHasHelpWithAnExample(String command) {
    assertThat(gradwire((command + " --help").strip().split(" "))).isZero();
    assertThat(out()).contains("Usage: gradwire " + command).contains("Example: gradwire");
    assertThat(err()).isEmpty();
  }

  @Test
  void theVersionNamesTheJavaToo() {
    assertThat(gradwire("--version")).isZero();
    assertThat(out()).startsWith("gradwire ").contains("Java 25");
  }

  @Test
  void anUnknownCommandIsAnsweredWithTheNearestOne() {
    assertThat(gradwire("rnu", "x.yaml")).isEqualTo(2);
    assertThat(err()).contains("'rnu'").contains("; did you mean 'run'?").contains("--help");
  }

  @Test
  void aMistypedOptionIsAnsweredWithTheNearestOne() {
    assertThat(gradwire("run", "x.yaml", "--quite")).isEqualTo(2);
    assertThat(err()).contains("'--quite'; did you mean '--quiet'?");
  }

  @Test
  void aWordFarFromAnyCommandIsAnsweredWithoutAGuess() {
    assertThat(gradwire("perambulate")).isEqualTo(2);
    assertThat(err()).contains("'perambulate'").doesNotContain("did you mean");
  }

  @Test
  void noCommandAtAllIsWrongUsage() {
    assertThat(gradwire()).isEqualTo(2);
    assertThat(err())
        .startsWith("gradwire: expected a command: [run, resume, chaos, runs, doctor]");
  }

  @Test
  void aMissingJobIsWrongUsage() {
    assertThat(gradwire("run")).isEqualTo(2);
    assertThat(err()).startsWith("gradwire run: Missing required parameter: 'JOB'");
  }

  @Test
  void aUsageErrorIsOneLineAndExitCodeTwo() {
    assertThat(gradwire("run", "job.yaml", "--set", "a.b=1", "--set", "c=2")).isEqualTo(2);
    assertThat(err()).isEqualTo("gradwire run: batch_size: expected 1, got 0; try 32\n");
    assertThat(requests.getFirst().settings()).containsExactly("a.b=1", "c=2");
    assertThat(requests.getFirst().job()).isEqualTo(folder.resolve("job.yaml"));
  }

  @Test
  void runsAreListedNewestFirstWithTheirStatus() {
    pastRun("mnist", "20260101-000000.000-aaaa");
    Path newer = folder.resolve("runs/lenet/20260102-000000.000-bbbb");
    AtomicFiles.write(newer.resolve("job.yaml"), "experiment: lenet\n");
    assertThat(gradwire("runs")).isZero();
    assertThat(out().lines().map(line -> line.replaceAll(" +", " ")))
        .containsExactly(
            "RUN STATUS STEPS STEPS/S SECONDS METRICS",
            "lenet/20260102-000000.000-bbbb interrupted - - - -",
            "mnist/20260101-000000.000-aaaa failed - - 2.0");
  }

  @Test
  void aRunIsFoundByPrefixByExperimentByPathAndAsTheLast() {
    RunFolder run = pastRun("mnist", "20260101-000000.000-aaaa");
    pastRun("mnist", "20250101-000000.000-aaaa");
    for (String reference :
        List.of("2026", "last", "mnist/2026", run.id(), run.root().toString())) {
      out.reset();
      assertThat(gradwire("runs", "show", reference)).as(reference).isZero();
      assertThat(out()).as(reference).startsWith("mnist/" + run.id()).contains("no luck");
    }
  }

  @Test
  void anAmbiguousOrUnknownRunIsRefusedWithWhatIsThere() {
    pastRun("mnist", "20260101-000000.000-aaaa");
    pastRun("mnist", "20260101-000000.000-bbbb");
    assertThat(gradwire("runs", "show", "2026")).isEqualTo(2);
    assertThat(err())
        .contains("run '2026': expected one run, got mnist/20260101-000000.000-bbbb, mnist/");
    err.reset();
    assertThat(gradwire("runs", "show", "1999")).isEqualTo(2);
    assertThat(err()).contains("run '1999': expected an id").contains("gradwire runs list");
  }

  @Test
  void logsOfOneTaskOrOfAllArePrinted() throws Exception {
    RunFolder run = pastRun("mnist", "20260101-000000.000-aaaa");
    Files.writeString(run.log(TaskId.ps(0)), "served\n");
    Files.writeString(run.log(TaskId.worker(0)), "trained\n");
    assertThat(gradwire("runs", "logs", "last", "worker-0")).isZero();
    assertThat(out()).isEqualTo("trained\n");
    out.reset();
    assertThat(gradwire("runs", "logs", "last")).isZero();
    assertThat(out()).isEqualTo("== stdout-ps-0.txt\nserved\n== stdout-wk-0.txt\ntrained\n");
    assertThat(gradwire("runs", "logs", "last", "worker-7")).isEqualTo(2);
    assertThat(err()).contains("task worker-7: expected one of ps-0, worker-0;");
  }

  @Test
  void stoppingARunThatIsOverSaysSo() {
    pastRun("mnist", "20260101-000000.000-aaaa");
    assertThat(gradwire("runs", "stop", "last")).isZero();
    assertThat(out()).contains("not running (failed)");
  }

  @Test
  void aRunThatCannotBeResumedIsRefusedByName() {
    RunFolder run = pastRun("mnist", "20260101-000000.000-aaaa");
    assertThat(gradwire("resume", "last")).isEqualTo(2);
    assertThat(err()).contains(run.root() + ": expected a run's folder, got no job.yaml in it");
    err.reset();
    AtomicFiles.write(run.job(), "experiment: mnist\ncompute_target: inprocess\n" + ESTIMATOR);
    assertThat(gradwire("resume", "last")).isEqualTo(2);
    assertThat(err()).contains("expected a run of processes").contains("got inprocess");
    err.reset();
    ProcessHandle self = ProcessHandle.current();
    long startMillis = self.info().startInstant().orElseThrow().toEpochMilli();
    Path pid = run.root().resolve("launcher.pid");
    AtomicFiles.write(pid, self.pid() + " " + startMillis);
    assertThat(gradwire("resume", "last")).isEqualTo(2);
    assertThat(err()).contains("expected no other launcher at work here, got process ");
    err.reset();
    new RunAccount(
            new RunEnding(RunStatus.SUCCEEDED, null, Instant.EPOCH, Instant.EPOCH),
            Optional.empty(),
            List.of(),
            Map.of())
        .result()
        .write(run.result());
    assertThat(gradwire("resume", run.id())).isEqualTo(2);
    assertThat(err()).contains("got one that has ended well; see: gradwire runs show ");
    err.reset();
    assertThat(gradwire("resume", "nowhere")).isEqualTo(2);
    assertThat(err()).contains("run 'nowhere': expected an id");
  }

  @Test
  void chaosAmongThreadsIsRefused() {
    AtomicFiles.write(
        folder.resolve("job.yaml"), "experiment: mnist\ncompute_target: inprocess\n" + ESTIMATOR);
    assertThat(gradwire("chaos", "job.yaml", "--kills", "3")).isEqualTo(2);
    assertThat(err()).contains("compute_target: expected local: only processes can be killed");
    err.reset();
    assertThat(gradwire("chaos", "job.yaml")).isEqualTo(2);
    assertThat(err()).contains("Missing required option: '--kills=N'");
  }

  private RunFolder pastRun(String experiment, String id) {
    RunFolder run = new RunFolder(folder.resolve("runs").resolve(experiment).resolve(id));
    Instant start = Instant.ofEpochSecond(1);
    new RunAccount(
            new RunEnding(RunStatus.FAILED, "no luck", start, start.plusSeconds(2)),
            Optional.empty(),
            List.of(TaskId.ps(0)),
            Map.of())
        .result()
        .write(run.result());
    return run;
  }

  private int gradwire(String... args) {
    Surroundings surroundings =
        new Surroundings(
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8),
            Style.PLAIN,
            folder,
            InstantSource.system(),
            Instant.now());
    Jobs refusing =
        request -> {
          requests.add(request);
          throw new UsageException("batch_size: expected 1, got 0; try 32");
        };
    return new Gradwire(surroundings, refusing).execute(args);
  }

  private String out() {
    return out.toString(UTF_8);
  }

  private String err() {
    return err.toString(UTF_8);
  }
}
