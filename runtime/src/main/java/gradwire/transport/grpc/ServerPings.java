package gradwire.transport.grpc;

import com.google.common.util.concurrent.ListenableFuture;
import gradwire.cluster.ServerAddress;
import gradwire.config.Transport;
import gradwire.error.GradwireException;
import gradwire.transport.grpc.proto.LivenessGrpc;
import gradwire.transport.grpc.proto.PingReply;
import gradwire.transport.grpc.proto.PingRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.Predicate;

/** Asks many servers at once whether they are there. One thread: the one that made it. */
public final class ServerPings implements AutoCloseable {
  private final CallerLoop loop = new CallerLoop();
  private final Map<ServerAddress, ControlLine> lines = new HashMap<>();
  private final Optional<TlsFiles> tls;

  /** A question that is on its way. */
  private record Asked(ServerAddress server, ListenableFuture<PingReply> answer) {}

  /**
   * @param tls for servers that can be reached by TCP alone
   */
  public ServerPings(Optional<TlsFiles> tls) {
    this.tls = tls;
  }

  /**
   * Those of {@code servers} that answered within {@code limit}. Lines to all others are closed.
   */
  public Set<ServerAddress> awaitAnswers(Set<ServerAddress> servers, Duration limit) {
    drop(server -> !servers.contains(server));
    List<Asked> asked = new ArrayList<>();
    for (ServerAddress server : servers) {
      ask(server, limit).ifPresent(asked::add);
    }
    boolean unused =
        loop.runUntil(() -> asked.stream().allMatch(one -> one.answer().isDone()), limit);
    Set<ServerAddress> answered = new HashSet<>();
    for (Asked one : asked) {
      if (one.answer().state() == Future.State.SUCCESS) {
        answered.add(one.server());
      } else {
        one.answer().cancel(true);
      }
    }
    drop(server -> !answered.contains(server));
    return answered;
  }

  private Optional<Asked> ask(ServerAddress server, Duration limit) {
    try {
      ControlLine line =
          lines.computeIfAbsent(
              server,
              address ->
                  new ControlLine(
                      "server", address, loop, new ConnectionOptions(Transport.AUTO, tls, limit)));
      return Optional.of(
          new Asked(
              server,
              line.begin(LivenessGrpc.getPingMethod(), PingRequest.getDefaultInstance(), limit)));
    } catch (GradwireException unreachable) {
      return Optional.empty();
    }
  }

  private void drop(Predicate<ServerAddress> which) {
    lines.entrySet().stream()
        .filter(e -> which.test(e.getKey()))
        .forEach(e -> e.getValue().close());
    lines.keySet().removeIf(which);
  }

  @Override
  public void close() {
    drop(server -> true);
    loop.close();
  }
}
