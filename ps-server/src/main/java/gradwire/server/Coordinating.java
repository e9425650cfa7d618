package gradwire.server;

import gradwire.cluster.TaskId;
import gradwire.run.RunFolder;
import gradwire.server.membership.CoordinatorService;
import gradwire.transport.grpc.ServerOptions;
import java.util.Optional;

/**
 * A server's second office: the first server also says who computes what.
 *
 * @param service empty: another server has the office
 */
record Coordinating(Optional<CoordinatorService> service) implements AutoCloseable {
  /** On file where there is a run folder. */
  static Coordinating of(TaskId task, Optional<RunFolder> run) {
    if (task.index() != 0) {
      return new Coordinating(Optional.empty());
    }
    return new Coordinating(
        Optional.of(
            run.map(
                    folder ->
                        CoordinatorService.on(
                            folder.state().resolve("membership"), folder.numResumes()))
                .orElseGet(CoordinatorService::inMemory)));
  }

  ServerOptions added(ServerOptions options) {
    return service.map(options::coordinating).orElse(options);
  }

  @Override
  public void close() {
    service.ifPresent(CoordinatorService::close);
  }
}
