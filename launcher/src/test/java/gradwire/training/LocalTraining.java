package gradwire.training;

import gradwire.cluster.TaskId;
import gradwire.config.Training;
import gradwire.run.TaskResult;
import gradwire.server.ParameterServer;
import gradwire.trace.Tracer;
import gradwire.transport.ShardConnection;
import gradwire.transport.inprocess.InProcessShardConnection;
import gradwire.worker.program.FlagValues;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Servers and workers of one run, each worker on a thread of its own. */
final class LocalTraining implements AutoCloseable {
  private static final Duration WITHIN = Duration.ofSeconds(60);

  private final List<ParameterServer> servers = new ArrayList<>();
  private final List<WorkerRun> workers = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  LocalTraining(
      RegressionProgram program,
      Training training,
      int numServers,
      int numWorkers,
      Optional<Path> model) {
    for (int i = 0; i < numServers; i++) {
      servers.add(new ParameterServer("ps-" + i, Optional.empty()));
    }
    for (int i = 0; i < numWorkers; i++) {
      WorkerSetup setup =
          new WorkerSetup(
              TaskId.worker(i),
              0,
              numWorkers,
              training,
              false,
              program,
              FlagValues.of(List.of(), Map.of()),
              Path.of(""),
              new PrintStream(OutputStream.nullOutputStream()),
              Optional.empty(),
              i == 0 ? model : Optional.empty(),
              Tracer.OFF);
      workers.add(new WorkerRun(setup, this::connect, InstantSource.system()));
    }
  }

  private List<ShardConnection> connect() {
    List<ShardConnection> connections = new ArrayList<>();
    for (int i = 0; i < servers.size(); i++) {
      connections.add(new InProcessShardConnection("ps-" + i, servers.get(i).service(), WITHIN));
    }
    return connections;
  }

  /** Starts all; the outcome of each worker, in order. */
  List<Future<WorkerOutcome>> start() {
    return workers.stream().map(worker -> threads.submit(worker::run)).toList();
  }

  void requestStop() {
    workers.forEach(WorkerRun::requestStop);
  }

  /** Trains to the end, which every server must see too. */
  List<WorkerOutcome> run() throws InterruptedException, ExecutionException {
    List<WorkerOutcome> outcomes = new ArrayList<>();
    for (Future<WorkerOutcome> worker : start()) {
      outcomes.add(worker.get());
    }
    return outcomes;
  }

  /** What a server counted, when it has ended. */
  TaskResult server(int index) throws InterruptedException {
    return servers.get(index).awaitEnd(WITHIN);
  }

  @Override
  public void close() {
    threads.shutdownNow();
    servers.forEach(ParameterServer::close);
  }
}
