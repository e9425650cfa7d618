package gradwire.server;

import gradwire.cluster.HostPort;
import gradwire.cluster.Role;
import gradwire.cluster.RoleArguments;
import gradwire.cluster.TaskId;
import gradwire.config.JobFiles;
import gradwire.error.Expect;
import gradwire.error.UsageException;
import gradwire.run.Restored;
import gradwire.run.RunFolder;
import gradwire.run.Supervision;
import gradwire.run.TaskProcess;
import gradwire.run.TaskResult;
import gradwire.server.checkpoint.Checkpoints;
import gradwire.server.checkpoint.FileCheckpoints;
import gradwire.server.checkpoint.JobMark;
import gradwire.server.shard.Absences;
import gradwire.server.store.ShardStores;
import gradwire.server.store.StateFiles;
import gradwire.trace.ServerTrace;
import gradwire.trace.TraceFolder;
import gradwire.trace.Tracer;
import gradwire.transport.grpc.GrpcShardServer;
import gradwire.transport.grpc.ServerOptions;
import gradwire.transport.grpc.TlsFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** {@code ./gradwire ps}: one parameter server in the foreground. */
public final class ParameterServerMain {
  private static final Duration JOIN_WITHIN = Duration.ofMinutes(10);

  /** How long a worker whose line broke is waited for: time to start it again. */
  private static final Duration REJOIN_WITHIN = Duration.ofMinutes(1);

  private static final String USAGE =
      """
      Usage: gradwire ps [FLAGS]
      One parameter server in the foreground; ends when every worker has left
      (with --supervised: and its launcher says so).

      %s    --checkpoint_dir=DIR     where to save (default: not at all, or the run folder)
          --restore=latest|DIR     begins with the newest whole checkpoint in checkpoint_dir, or
                                   with the one in DIR; the same for all servers
          --rejoin_timeout_seconds=N
                                   how long a worker whose line broke is waited for (default: 60)

      Example:
        gradwire ps --job_name=ps --task_index=0 --ps_hosts=localhost:2222 \\
            --worker_hosts=localhost:2223
        gradwire ps --job_name=ps --task_index=0 --ps_hosts=localhost:2222 \\
            --worker_hosts=localhost:2223 --checkpoint_dir=saved --restore=latest
      Or with TF_CONFIG set:
        gradwire ps
      """;

  private ParameterServerMain() {}

  public static void main(String[] argv) {
    System.exit(run(List.of(argv)));
  }

  static int run(List<String> argv) {
    if (RoleArguments.asksForHelp(argv)) {
      System.out.printf(USAGE, RoleArguments.help().indent(4));
      return TaskProcess.DONE;
    }
    RoleArguments arguments;
    try {
      arguments = RoleArguments.parse(argv, System.getenv());
      TaskId task = arguments.task();
      Expect.that(
          task.role() == Role.PS, "--job_name", "ps", task.role().jobName(), "use gradwire worker");
    } catch (UsageException e) {
      return TaskProcess.refuse(e, System.err);
    }
    CountDownLatch mayEnd = new CountDownLatch(arguments.supervised() ? 1 : 0);
    if (arguments.supervised()) {
      Supervision.watch(System.in, mayEnd::countDown);
    }
    return TaskProcess.run(arguments, () -> serve(arguments, mayEnd));
  }

  /**
   * Serves until all workers have left and {@code mayEnd}: a worker that dies after it has left one
   * server, but not yet another, comes back to all of them.
   */
  private static TaskResult serve(RoleArguments arguments, CountDownLatch mayEnd)
      throws InterruptedException {
    TaskId task = arguments.task();
    Optional<RunFolder> run = arguments.runFolder().map(RunFolder::new);
    HostPort address =
        run.map(folder -> new HostPort("127.0.0.1", 0))
            .orElseGet(() -> arguments.cluster().addressOf(task));
    try (Tracer tracer = TraceFolder.tracer(run, task);
        ParameterServer server =
            new ParameterServer(
                task.name(),
                checkpoints(arguments, run),
                run.map(folder -> stores(folder, task)).orElseGet(ShardStores::inMemory),
                Absences.of(rejoinWithin(arguments)));
        Coordinating coordinating = Coordinating.of(task, run);
        GrpcShardServer grpc =
            new GrpcShardServer(
                task.name(),
                address,
                coordinating.added(
                    ServerOptions.PLAIN
                        .withTls(tls(run))
                        .traced(new ServerTrace(tracer, task.index()))),
                server.service())) {
      System.out.println("job name = " + task.role().jobName());
      System.out.println("task index = " + task.index());
      System.out.println("listening on " + grpc.address().network());
      run.ifPresent(folder -> folder.publishAddress(task, grpc.address().toString()));
      server.awaitLeft(JOIN_WITHIN);
      mayEnd.await();
      return server.result();
    }
  }

  private static Duration rejoinWithin(RoleArguments arguments) {
    String typed = arguments.scriptParams().get("rejoin_timeout_seconds");
    if (typed == null) {
      return REJOIN_WITHIN;
    }
    Expect.that(
        typed.matches("\\d{1,6}"),
        "--rejoin_timeout_seconds",
        "a whole number of seconds",
        typed,
        "try " + REJOIN_WITHIN.toSeconds());
    return Duration.ofSeconds(Long.parseLong(typed));
  }

  private static ShardStores stores(RunFolder run, TaskId task) {
    return new StateFiles(run.state().resolve(task.name() + ".shard"), run.numResumes());
  }

  /** Keys that the launcher made for the run, if the job wants them. */
  private static Optional<TlsFiles> tls(Optional<RunFolder> run) {
    return run.flatMap(folder -> TlsFiles.in(folder.tls()));
  }

  private static Checkpoints checkpoints(RoleArguments arguments, Optional<RunFolder> run) {
    Optional<Path> folder =
        Optional.ofNullable(arguments.scriptParams().get("checkpoint_dir"))
            .filter(given -> !given.isEmpty())
            .map(Path::of);
    RestoreFlag restore = RestoreFlag.of(arguments, folder);
    return run.map(ParameterServerMain::checkpoints)
        .orElseGet(
            () -> {
              FileCheckpoints saved = Checkpoints.in(folder);
              return restore.find(System.out::println).map(saved::begunWith).orElse(saved);
            });
  }

  private static Checkpoints checkpoints(RunFolder run) {
    return new FileCheckpoints(
        Optional.of(run.checkpoints()),
        () -> Optional.of(JobMark.of(JobFiles.load(run.job(), List.of()))),
        Restored.find(run.restored())
            .map(restored -> run.checkpoints().resolve(restored.checkpoint())));
  }
}
