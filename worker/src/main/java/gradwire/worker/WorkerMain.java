package gradwire.worker;

import gradwire.cluster.Role;
import gradwire.cluster.RoleArguments;
import gradwire.cluster.ServerAddress;
import gradwire.cluster.TaskId;
import gradwire.config.JobFile;
import gradwire.config.JobFiles;
import gradwire.config.Training;
import gradwire.error.Expect;
import gradwire.error.UsageException;
import gradwire.run.RunFolder;
import gradwire.run.Supervision;
import gradwire.run.TaskProcess;
import gradwire.run.TaskResult;
import gradwire.trace.TraceFolder;
import gradwire.trace.Tracer;
import gradwire.transport.HealingConnection;
import gradwire.transport.LineNumbers;
import gradwire.transport.ShardConnection;
import gradwire.transport.grpc.CallerLoop;
import gradwire.transport.grpc.ConnectionOptions;
import gradwire.transport.grpc.GrpcShardConnection;
import gradwire.transport.grpc.TlsFiles;
import gradwire.worker.program.FlagValues;
import gradwire.worker.program.Programs;
import gradwire.worker.program.TrainingProgram;
import gradwire.worker.step.WorkerSetup;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** {@code ./gradwire worker}: one worker in the foreground. */
public final class WorkerMain {
  private static final String USAGE =
      """
      Usage: gradwire worker [FLAGS] [FLAGS OF THE ENTRY CLASS]
      One worker in the foreground; who has replica 0 is the chief: it initialises, evaluates and saves.

      %s    --checkpoint_every_steps=N
                                   how often servers with a --checkpoint_dir save (default: at the
                                   end alone); the same for all workers

      Example:
        gradwire worker --job_name=worker --task_index=0 --ps_hosts=localhost:2222 \\
            --worker_hosts=localhost:2223 --train_steps=500
      Or with TF_CONFIG set:
        gradwire worker --train_steps=500
      """;

  private static final int OUTPUT_BUFFER_BYTES = 1 << 16;

  /** As the system counts it: 128 and the signal's number. */
  private static final int EXIT_TERMINATED = 143;

  private WorkerMain() {}

  public static void main(String[] argv) {
    System.exit(run(List.of(argv)));
  }

  static int run(List<String> argv) {
    if (RoleArguments.asksForHelp(argv)) {
      System.out.printf(USAGE, RoleArguments.help().indent(4));
      return TaskProcess.DONE;
    }
    try {
      RoleArguments arguments = RoleArguments.parse(argv, System.getenv());
      Expect.that(
          arguments.task().role() == Role.WORKER,
          "--job_name",
          "worker",
          arguments.task().role().jobName(),
          "use gradwire ps");
      return TaskProcess.run(arguments, () -> train(arguments));
    } catch (UsageException e) {
      return TaskProcess.refuse(e, System.err);
    }
  }

  /** What the job says, from the run folder or from flags alone. */
  private record Job(
      String entryClass,
      Map<String, String> scriptParams,
      int numServers,
      int numWorkers,
      Training training,
      boolean useGpu) {
    static Job of(RoleArguments arguments) {
      if (arguments.runFolder().isEmpty()) {
        return new Job(
            arguments.entryClass(),
            CheckpointFlag.without(arguments.scriptParams()),
            arguments.cluster().ps().size(),
            arguments.cluster().workers().size(),
            Training.DEFAULT.withCheckpoint(CheckpointFlag.in(arguments.scriptParams())),
            false);
      }
      RunFolder folder = new RunFolder(arguments.runFolder().get());
      JobFile job = JobFiles.load(folder.job(), List.of());
      return new Job(
          job.estimator().entryClass(),
          job.estimator().scriptParams(),
          job.estimator().parameterServerCount(),
          job.estimator().workerCount(),
          job.training(),
          job.estimator().useGpu());
    }
  }

  private static TaskResult train(RoleArguments arguments) {
    Job job = Job.of(arguments);
    TrainingProgram program = Programs.load(job.entryClass());
    Optional<RunFolder> run = arguments.runFolder().map(RunFolder::new);
    try (Tracer tracer = TraceFolder.tracer(run, arguments.task());
        CallerLoop loop = new CallerLoop();
        PrintStream out = bufferedOutput()) {
      WorkerSetup setup =
          new WorkerSetup(
              arguments.task(),
              job.numWorkers(),
              job.training(),
              job.useGpu(),
              program,
              FlagValues.of(program.flags(), job.scriptParams()),
              Path.of(""),
              out,
              run.map(RunFolder::metrics),
              run.map(RunFolder::model),
              run.map(RunFolder::state),
              tracer,
              consistency ->
                  Memberships.join(
                      arguments,
                      job.training(),
                      consistency,
                      job.numWorkers(),
                      job.training().numReplicas(job.numWorkers())));
      List<LineNumbers> numbers =
          Stream.generate(LineNumbers::new).limit(job.numServers()).toList();
      WorkerTask task = new WorkerTask(setup, () -> connect(arguments, job, run, loop, numbers));
      if (arguments.supervised()) {
        Supervision.watch(System.in, task::requestStop);
      } else {
        stopOnInterrupt(task);
      }
      leaveOnTermination(task);
      return task.run();
    }
  }

  /** A step may take a millisecond and print a line: lines are written in batches. */
  private static PrintStream bufferedOutput() {
    return new PrintStream(
        new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), OUTPUT_BUFFER_BYTES),
        false,
        StandardCharsets.UTF_8);
  }

  private static void stopOnInterrupt(WorkerTask task) {
    sun.misc.Signal.handle(new sun.misc.Signal("INT"), signal -> task.requestStop());
  }

  /**
   * The host is to go away: others take over, and nobody starts this one again. Where nobody can,
   * it ends as anything does that is terminated.
   */
  private static void leaveOnTermination(WorkerTask task) {
    sun.misc.Signal.handle(
        new sun.misc.Signal("TERM"),
        signal -> {
          if (!task.requestLeave()) {
            Runtime.getRuntime().halt(EXIT_TERMINATED);
          }
        });
  }

  private static List<ShardConnection> connect(
      RoleArguments arguments,
      Job job,
      Optional<RunFolder> run,
      CallerLoop loop,
      List<LineNumbers> numbers) {
    Duration timeout = Duration.ofSeconds(job.training().waitTimeoutSeconds());
    ConnectionOptions options =
        new ConnectionOptions(
            job.training().transport(),
            run.flatMap(folder -> TlsFiles.in(folder.tls())),
            timeout,
            ServerAddresses.ATTEMPT);
    List<ShardConnection> servers = new ArrayList<>();
    for (int i = 0; i < job.numServers(); i++) {
      TaskId server = TaskId.ps(i);
      Supplier<ServerAddress> address = () -> ServerAddresses.await(arguments, server);
      servers.add(
          new HealingConnection(
              server.name(),
              () -> new GrpcShardConnection(server.name(), address.get(), loop, options),
              numbers.get(i),
              timeout));
    }
    return servers;
  }
}
