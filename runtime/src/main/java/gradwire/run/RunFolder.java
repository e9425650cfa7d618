package gradwire.run;

import gradwire.cluster.TaskId;
import gradwire.error.Expect;
import gradwire.error.GradwireException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Where a run keeps its files, and where its tasks meet: a server publishes its address here, the
 * workers read it. Immutable; every method may be called from any thread and process.
 *
 * @param root the folder, {@code runs/<experiment>/<run-id>} unless {@code --run-dir} says
 */
public record RunFolder(Path root) {
  private static final DateTimeFormatter RUN_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss.SSS").withZone(ZoneOffset.UTC);

  /**
   * Makes {@code runs/<experiment>/<run-id>}. Run ids sort by start time (UTC); two runs that start
   * in the same instant get two folders.
   *
   * @throws gradwire.error.UsageException if {@code experiment} cannot name a folder
   */
  public static RunFolder create(Path runs, String experiment) {
    return create(runs, experiment, InstantSource.system(), new SecureRandom());
  }

  static RunFolder create(
      Path runs, String experiment, InstantSource clock, RandomGenerator random) {
    Expect.that(
        experiment.matches("[A-Za-z0-9_][A-Za-z0-9._-]*"),
        "experiment",
        "letters, digits, '.', '_' and '-', not starting with '.' or '-'",
        "'" + experiment + "'",
        "rename the experiment");
    try {
      Path parent = Files.createDirectories(runs.resolve(experiment));
      while (true) {
        String suffix = String.format("%04x", random.nextInt(1 << 16));
        Path root = parent.resolve(RUN_TIME.format(clock.instant()) + "-" + suffix);
        if (createdNew(root)) {
          return new RunFolder(root);
        }
      }
    } catch (IOException e) {
      throw notWritable(runs, e);
    }
  }

  /**
   * Takes a folder that the user named with {@code --run-dir}; makes it if missing.
   *
   * @throws gradwire.error.UsageException if it holds files already, or is a file
   */
  public static RunFolder claim(Path runDir) {
    Expect.that(
        !Files.exists(runDir) || isEmptyFolder(runDir),
        "--run-dir " + runDir,
        "a new or empty folder",
        Files.isDirectory(runDir) ? "a folder that holds files" : "a file",
        "choose another folder, or empty this one");
    try {
      return new RunFolder(Files.createDirectories(runDir));
    } catch (IOException e) {
      throw notWritable(runDir, e);
    }
  }

  /** The run's id: the folder's own name. */
  public String id() {
    return String.valueOf(root.toAbsolutePath().normalize().getFileName());
  }

  /** The job as resolved, with provenance. */
  public Path job() {
    return root.resolve("job.yaml");
  }

  /** What {@code task} prints, standard output and error together; appended to over restarts. */
  public Path log(TaskId task) {
    return root.resolve(task.logFile());
  }

  /** One JSON object per line; see {@link MetricsLog}. */
  public Path metrics() {
    return root.resolve("metrics.jsonl");
  }

  public Path checkpoints() {
    return root.resolve("checkpoints");
  }

  /** What tasks need to go on after a sudden end; of no use once the run is over. */
  public Path state() {
    return root.resolve("state");
  }

  /** Which checkpoint the run's present state began with; see {@link Restored}. */
  public Path restored() {
    return state().resolve("restored");
  }

  /** What the {@code turn}-th owner of a replica counted; see {@link UpdateLedger}. */
  public static Path ledger(Path state, int replica, int turn) {
    return state.resolve("replica-" + replica + "." + turn + ".ledger");
  }

  /** Final weights. */
  public Path model() {
    return root.resolve("model");
  }

  /** Keys made for this run, where the job wants its connections encrypted. */
  public Path tls() {
    return root.resolve("tls");
  }

  /** How the run ended; see {@link RunResult}. */
  public Path result() {
    return root.resolve("result.json");
  }

  /** Where {@code task} listens, as text {@code host:port}. */
  public Path address(TaskId task) {
    return root.resolve("tasks").resolve(task.name() + ".address");
  }

  /** How {@code task} ended; see {@link TaskReport}. */
  public Path report(TaskId task) {
    return root.resolve("tasks").resolve(task.name() + ".json");
  }

  /** Process id and start time of {@code task}'s latest process, where a launcher started it. */
  public Path pid(TaskId task) {
    return root.resolve("tasks").resolve(task.name() + ".pid");
  }

  /** How often the run has been resumed after somebody had stopped it. */
  public long numResumes() {
    try {
      return Long.parseLong(Files.readString(resumes()).strip());
    } catch (NoSuchFileException never) {
      return 0;
    } catch (IOException | NumberFormatException e) {
      throw new GradwireException(
          resumes() + ": expected a number, got " + e + "; run the job anew", e);
    }
  }

  /** Counts one more; before the run's tasks are started again. */
  public void countResume() {
    AtomicFiles.write(resumes(), numResumes() + 1 + "\n");
  }

  /** The run goes on: how it had ended is no longer so. */
  public void forgetResult() {
    try {
      Files.deleteIfExists(result());
    } catch (IOException e) {
      throw notWritable(root, e);
    }
  }

  private Path resumes() {
    return state().resolve("resumes");
  }

  /** Tells the other tasks where {@code task} listens; replaces what an earlier start said. */
  public void publishAddress(TaskId task, String hostPort) {
    AtomicFiles.write(address(task), hostPort + "\n");
  }

  /** Where {@code task} listens; empty while it has not said so. */
  public Optional<String> readAddress(TaskId task) {
    try {
      return Optional.of(Files.readString(address(task)).strip());
    } catch (NoSuchFileException notYet) {
      return Optional.empty();
    } catch (IOException e) {
      throw new GradwireException(
          address(task) + ": expected to read an address, got " + e + "; check the folder", e);
    }
  }

  /** Drops what an earlier start of {@code task} left: its address and its report. */
  public void forget(TaskId task) {
    try {
      Files.deleteIfExists(address(task));
      Files.deleteIfExists(report(task));
    } catch (IOException e) {
      throw notWritable(root, e);
    }
  }

  /** Removes {@link #state()}: there is nothing in it to go on with. */
  public void dropState() {
    if (!Files.isDirectory(state())) {
      return;
    }
    try (Stream<Path> files = Files.walk(state())) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw notWritable(state(), e);
    }
  }

  private static boolean createdNew(Path folder) throws IOException {
    try {
      Files.createDirectory(folder);
      return true;
    } catch (FileAlreadyExistsException taken) {
      return false;
    }
  }

  private static boolean isEmptyFolder(Path path) {
    if (!Files.isDirectory(path)) {
      return false;
    }
    try (Stream<Path> entries = Files.list(path)) {
      return entries.findAny().isEmpty();
    } catch (IOException e) {
      throw notWritable(path, e);
    }
  }

  private static GradwireException notWritable(Path folder, IOException cause) {
    return new GradwireException(
        folder
            + ": expected a folder to write the run into, got "
            + cause
            + "; make it writable or choose another with --run-dir",
        cause);
  }
}
