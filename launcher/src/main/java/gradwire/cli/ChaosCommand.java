package gradwire.cli;

import gradwire.chaos.ChaosRuns;
import gradwire.chaos.Disturbance;
import gradwire.chaos.DisturbedRun;
import gradwire.chaos.Recovery;
import gradwire.chaos.Schedule;
import gradwire.chaos.Verdict;
import gradwire.cluster.TaskId;
import gradwire.config.ComputeTarget;
import gradwire.config.Consistency;
import gradwire.config.JobFile;
import gradwire.config.JobFiles;
import gradwire.error.Expect;
import gradwire.launcher.ExitCode;
import gradwire.launcher.Style;
import gradwire.run.RunResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gradwire chaos}. */
@Command(
    name = "chaos",
    mixinStandardHelpOptions = true,
    description =
        "Runs a job undisturbed, then again while killing its tasks and its launcher (kill -9) and"
            + " stopping or slowing them for up to 3 s at random moments, and compares.",
    footer = {
      "",
      "The schedule is a function of seed, kills, machine losses, the job's tasks and",
      "--pause-between: the same words, the same blows. Where the weights are a function of the job (sync with all workers)",
      "both runs must end with the same bits; in every mode no update may be lost or be applied",
      "twice. Exit code 0 only if all of it holds and every kill was done: the job must last long",
      "enough, a few seconds a kill.",
      "",
      "A machine loss kills all processes at once and removes the run's state; it goes on from its",
      "newest whole checkpoint. What is counted then is the history that has survived.",
      "",
      "Example: gradwire chaos examples/mnist/lenet.yaml --kills 5 --seed 1",
      "Example: gradwire chaos examples/mnist/lenet.yaml --kills 20 --seed 1 --seeds 10",
      "Example: gradwire chaos examples/mnist/mnist_replica.yaml --kills 20 --seed 7 \\",
      "           --set estimator.script_params.train_steps=20000 --no-compare",
      "Example: gradwire chaos examples/mnist/lenet.yaml --kills 3 --machine-losses 2 \\",
      "           --set training.checkpoint.every_steps=50"
    })
final class ChaosCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Parameters(paramLabel = "JOB", description = "YAML job file, or a Batch AI job.json.")
  private Path jobFile = Path.of("");

  @Option(names = "--kills", paramLabel = "N", required = true, description = "How many kill -9.")
  private int kills;

  @Option(
      names = "--machine-losses",
      paramLabel = "N",
      description = "How often all processes and the run's state are lost; default 0.")
  private int machineLosses;

  @Option(names = "--seed", paramLabel = "S", description = "Of the schedule; default 1.")
  private long seed = 1;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "How many schedules, one after another, from --seed on; default 1.")
  private int numSeeds = 1;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Overrides a key of the job file, dotted: estimator.worker_count=4.")
  private List<String> settings = new ArrayList<>();

  @Option(names = "--no-compare", description = "Without the undisturbed run.")
  private boolean isAlone;

  @Option(
      names = "--pause-between",
      paramLabel = "MS",
      description = "Longest time from a recovery to the next blow, milliseconds; default 1000.")
  private int pauseMillis = 1000;

  ChaosCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Expect.that(kills >= 0, "--kills", "a number of at least 0", kills, "try 5");
    Expect.that(
        machineLosses >= 0, "--machine-losses", "a number of at least 0", machineLosses, "try 1");
    Expect.that(numSeeds >= 1, "--seeds", "a number of at least 1", numSeeds, "try 10");
    Expect.that(pauseMillis >= 0, "--pause-between", "at least 0 ms", pauseMillis, "try 1000");
    JobFile job = JobFiles.load(path(), settings);
    Expect.that(
        job.computeTarget() == ComputeTarget.LOCAL,
        "compute_target",
        "local: only processes can be killed",
        job.computeTarget().name().toLowerCase(Locale.ROOT),
        "add --set compute_target=local");
    Expect.that(
        machineLosses == 0 || job.training().checkpoint().everySteps() > 0,
        "--machine-losses",
        "a job that is saved on its way (training.checkpoint.every_steps)",
        "one that is not",
        "add --set training.checkpoint.every_steps=50");
    ChaosRuns runs =
        new ChaosRuns(
            Main.class.getName(),
            path(),
            settings,
            surroundings.runs(),
            job.experiment(),
            tasks(job),
            this::say);
    Optional<RunResult> undisturbed =
        isComparable(job) ? Optional.of(runs.undisturbed()) : Optional.empty();
    return disturb(runs, undisturbed);
  }

  private int disturb(ChaosRuns runs, Optional<RunResult> undisturbed) {
    List<Recovery> recoveries = new ArrayList<>();
    int numHolding = 0;
    for (long next = seed; next < seed + numSeeds; next++) {
      List<Disturbance> schedule =
          Schedule.of(next, kills, machineLosses, runs.tasks(), Duration.ofMillis(pauseMillis));
      print(next, schedule, runs.tasks());
      DisturbedRun.Account account = runs.disturbed(schedule);
      recoveries.addAll(account.recoveries());
      Verdict verdict = Verdict.of(kills, machineLosses, account, undisturbed);
      verdict.lines().forEach(this::say);
      numHolding += verdict.holds() ? 1 : 0;
    }
    Recovery.summary(recoveries).forEach(this::say);
    return judge(numHolding);
  }

  private Path path() {
    return surroundings.workingDirectory().resolve(jobFile).toAbsolutePath();
  }

  private static List<TaskId> tasks(JobFile job) {
    return Stream.concat(
            IntStream.range(0, job.estimator().parameterServerCount()).mapToObj(TaskId::ps),
            IntStream.range(0, job.estimator().workerCount()).mapToObj(TaskId::worker))
        .toList();
  }

  private void print(long ofSeed, List<Disturbance> schedule, List<TaskId> tasks) {
    say(
        "schedule of seed %d: %d kills among %s, launcher%s"
            .formatted(
                ofSeed,
                kills,
                tasks.stream().map(TaskId::name).collect(Collectors.joining(", ")),
                machineLosses == 0 ? "" : "; %d machine losses".formatted(machineLosses)));
    for (int i = 0; i < schedule.size(); i++) {
      Disturbance next = schedule.get(i);
      say("%4d  after %4d ms: %s".formatted(i + 1, next.after().toMillis(), next.text()));
    }
  }

  private boolean isComparable(JobFile job) {
    int numReplicas = job.training().numReplicas(job.estimator().workerCount());
    boolean isFunctionOfJob =
        job.training().consistency() instanceof Consistency.Sync sync
            && sync.replicasToAggregate().orElse(numReplicas) == numReplicas;
    if (!isAlone && !isFunctionOfJob) {
      say(
          "no undisturbed run to compare with: with consistency "
              + job.training().consistency().text()
              + " timing decides over the weights");
    }
    return !isAlone && isFunctionOfJob;
  }

  private int judge(int numHolding) {
    Style style = surroundings.style();
    boolean holds = numHolding == numSeeds;
    String what = numSeeds == 1 ? "" : ": %d seeds of %d".formatted(numHolding, numSeeds);
    say(
        holds
            ? style.paint(Style.Colour.GREEN, "all holds" + what)
            : style.paint(Style.Colour.RED, "not all holds" + what));
    return (holds ? ExitCode.DONE : ExitCode.JOB_FAILED).code();
  }

  private void say(String line) {
    surroundings.out().println(line);
  }
}
