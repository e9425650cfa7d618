package gradwire.training;

import gradwire.cluster.HostPort;
import gradwire.cluster.TaskId;
import gradwire.config.Consistency;
import gradwire.config.Training;
import gradwire.config.Transport;
import gradwire.run.TaskReport;
import gradwire.server.ParameterServer;
import gradwire.server.checkpoint.Checkpoints;
import gradwire.server.shard.Absences;
import gradwire.server.store.StateFiles;
import gradwire.trace.Tracer;
import gradwire.transport.HealingConnection;
import gradwire.transport.LineNumbers;
import gradwire.transport.ShardConnection;
import gradwire.transport.grpc.CallerLoop;
import gradwire.transport.grpc.ConnectionOptions;
import gradwire.transport.grpc.GrpcShardConnection;
import gradwire.transport.grpc.GrpcShardServer;
import gradwire.transport.grpc.ServerOptions;
import gradwire.transport.inprocess.InProcessShardConnection;
import gradwire.worker.program.FlagValues;
import gradwire.worker.program.TrainingProgram;
import gradwire.worker.step.WorkerOutcome;
import gradwire.worker.step.WorkerRun;
import gradwire.worker.step.WorkerSetup;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Servers and workers of one run, each worker on a thread of its own, whose replicas a {@link
 * LocalCoordinator} deals out. Servers wait for who is away, and keep the weights of two steps.
 */
final class ElasticCluster implements AutoCloseable {
  static final Duration WITHIN = Duration.ofSeconds(60);

  /**
   * What runs.
   *
   * @param transport empty: by method calls
   */
  record Job(
      TrainingProgram program,
      Consistency consistency,
      int numReplicas,
      int numWorkers,
      int numServers,
      Optional<Transport> transport,
      Path folder) {}

  private final Job job;
  private final LocalCoordinator coordinator;
  private final List<ParameterServer> servers = new ArrayList<>();
  private final List<GrpcShardServer> lines = new CopyOnWriteArrayList<>();

  /** By worker and server. */
  private final Map<List<Integer>, LineNumbers> numbers = new ConcurrentHashMap<>();

  private final Map<Integer, WorkerRun> runs = new ConcurrentHashMap<>();
  private final Map<Integer, CallerLoop> loops = new ConcurrentHashMap<>();
  private final List<Future<WorkerOutcome>> workers = new CopyOnWriteArrayList<>();
  private final Set<Integer> dead = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  ElasticCluster(Job job, LocalCoordinator coordinator) {
    this.job = job;
    this.coordinator = coordinator;
    for (int i = 0; i < job.numServers(); i++) {
      ParameterServer server =
          new ParameterServer(
              "ps-" + i,
              Checkpoints.NONE,
              new StateFiles(job.folder().resolve("ps-" + i + ".shard"), 0),
              Absences.of(WITHIN));
      servers.add(server);
      if (job.transport().isPresent()) {
        lines.add(listen(i));
      }
    }
  }

  private GrpcShardServer listen(int server) {
    return new GrpcShardServer(
        "ps-" + server,
        new HostPort("127.0.0.1", 0),
        ServerOptions.PLAIN,
        servers.get(server).service());
  }

  /** All workers' lines to a server break; there are new ones to be had. Any thread. */
  void breakLines(int server) {
    GrpcShardServer broken = lines.set(server, listen(server));
    broken.close();
  }

  static Training training(Consistency consistency, int numReplicas) {
    Training plain = Training.DEFAULT;
    return new Training(
        consistency,
        42,
        plain.wire(),
        plain.checkpoint(),
        Optional.empty(),
        10,
        Optional.empty(),
        WITHIN.toSeconds(),
        plain.leaseSeconds(),
        plain.transport(),
        false,
        false,
        OptionalInt.of(numReplicas),
        plain.engine());
  }

  /** A worker that {@link #start} or {@link #run} will start. */
  synchronized WorkerRun prepare(int worker) {
    return runs.computeIfAbsent(
        worker, index -> new WorkerRun(setup(index), () -> connect(index), InstantSource.system()));
  }

  private WorkerSetup setup(int worker) {
    return new WorkerSetup(
        TaskId.worker(worker),
        job.numWorkers(),
        training(job.consistency(), job.numReplicas()),
        false,
        job.program(),
        FlagValues.of(List.of(), Map.of()),
        Path.of(""),
        new PrintStream(OutputStream.nullOutputStream()),
        Optional.of(job.folder().resolve("metrics.jsonl")),
        Optional.of(job.folder().resolve("model")),
        Optional.of(job.folder().resolve("state")),
        Tracer.OFF,
        consistency -> coordinator.seat(worker));
  }

  /** Starts a worker; its index is the next. Any thread. */
  synchronized void start() {
    int worker = workers.size();
    WorkerRun run = prepare(worker);
    workers.add(
        threads.submit(
            () -> {
              try {
                return run.run();
              } finally {
                Optional.ofNullable(loops.get(worker)).ifPresent(CallerLoop::close);
              }
            }));
  }

  /** Called on the worker's thread. */
  private List<ShardConnection> connect(int worker) {
    List<ShardConnection> connections = new ArrayList<>();
    for (int i = 0; i < servers.size(); i++) {
      String name = "ps-" + i;
      if (job.transport().isEmpty()) {
        connections.add(new InProcessShardConnection(name, servers.get(i).service(), WITHIN));
        continue;
      }
      CallerLoop loop = loops.computeIfAbsent(worker, index -> new CallerLoop());
      ConnectionOptions options =
          new ConnectionOptions(job.transport().get(), Optional.empty(), WITHIN);
      int server = i;
      connections.add(
          new HealingConnection(
              name,
              () -> new GrpcShardConnection(name, lines.get(server).address(), loop, options),
              numbers.computeIfAbsent(List.of(worker, i), key -> new LineNumbers()),
              WITHIN));
    }
    return connections;
  }

  /** Starts all workers; each one's outcome, when all have ended. */
  List<WorkerOutcome> run() throws Exception {
    while (workers.size() < job.numWorkers()) {
      start();
    }
    return await();
  }

  /** Waits for all workers, each for a bounded time; the first failure is the caller's. */
  List<WorkerOutcome> await() throws Exception {
    List<WorkerOutcome> outcomes = new ArrayList<>();
    long deadline = System.nanoTime() + WITHIN.toNanos();
    while (outcomes.size() < workers.size() - dead.size()) {
      outcomes.clear();
      for (int worker = 0; worker < workers.size(); worker++) {
        Future<WorkerOutcome> future = workers.get(worker);
        if (future.isDone() && !(dead.contains(worker) && future.state() == Future.State.FAILED)) {
          outcomes.add(future.get());
        }
      }
      if (System.nanoTime() > deadline) {
        throw new TimeoutException(outcomes.size() + " of " + workers.size() + " workers ended");
      }
      TimeUnit.MILLISECONDS.sleep(2);
    }
    return outcomes;
  }

  /** The worker fails now, and is not missed. */
  void expectDeath(int worker) {
    dead.add(worker);
  }

  /** Updates that a server counts, when all have left it. */
  long applied(int server) throws InterruptedException {
    servers.get(server).awaitLeft(WITHIN);
    double applied =
        servers.get(server).result().counters().getOrDefault(TaskReport.UPDATES_APPLIED, -1.0);
    return Math.round(applied);
  }

  @Override
  public void close() {
    threads.shutdownNow();
    servers.forEach(server -> server.abort("the test is over"));
    lines.forEach(GrpcShardServer::close);
    servers.forEach(ParameterServer::close);
  }
}
