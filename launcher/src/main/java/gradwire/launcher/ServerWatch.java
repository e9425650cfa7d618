package gradwire.launcher;

import gradwire.cluster.ServerAddress;
import gradwire.cluster.TaskId;
import gradwire.error.GradwireException;
import gradwire.run.RunFolder;
import gradwire.transport.grpc.ServerPings;
import gradwire.transport.grpc.TlsFiles;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Asks every server whether it is there, on a thread of its own. A server whose process is there
 * and does not answer stands still: no exit will ever tell. Start-up is not silence, nor is the end
 * of a run: {@link #close} before servers are asked to end. Thread-safe.
 */
final class ServerWatch implements AutoCloseable {
  private final RunFolder folder;
  private final Silences<RoleProcess> silences;
  private final Consumer<RoleProcess> onSilent;
  private final Map<TaskId, RoleProcess> servers = new ConcurrentHashMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * @param onSilent called on this watch's thread, once for each process
   */
  ServerWatch(RunFolder folder, Duration lease, Consumer<RoleProcess> onSilent) {
    this.folder = folder;
    this.silences = new Silences<>(lease.toMillis());
    this.onSilent = onSilent;
    Thread.ofPlatform().daemon().name("server-watch").start(this::watch);
  }

  /** A server was started; in the place of its process before, if there was one. */
  void add(RoleProcess server) {
    servers.put(server.task(), server);
  }

  private void watch() {
    try (ServerPings pings = new ServerPings(TlsFiles.in(folder.tls()))) {
      long nextNanos = System.nanoTime();
      do {
        round(pings);
        nextNanos += TimeUnit.MILLISECONDS.toNanos(silences.roundMillis());
      } while (!closedBefore(nextNanos));
    }
  }

  private boolean closedBefore(long nanos) {
    try {
      return closed.await(nanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void round(ServerPings pings) {
    Map<RoleProcess, ServerAddress> asked = new HashMap<>();
    servers
        .values()
        .forEach(server -> address(server).ifPresent(address -> asked.put(server, address)));
    Set<ServerAddress> answers =
        pings.awaitAnswers(Set.copyOf(asked.values()), Duration.ofMillis(silences.roundMillis()));
    Set<RoleProcess> answered = new HashSet<>(asked.keySet());
    answered.removeIf(server -> !answers.contains(asked.get(server)));
    long nowMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    for (RoleProcess silent : silences.round(nowMillis, asked.keySet(), answered)) {
      if (closed.getCount() > 0) {
        onSilent.accept(silent);
      }
    }
  }

  /** Empty while it has not said where it listens. */
  private Optional<ServerAddress> address(RoleProcess server) {
    try {
      return server.isAlive()
          ? folder
              .readAddress(server.task())
              .map(text -> ServerAddress.parse(folder.address(server.task()).toString(), text))
          : Optional.empty();
    } catch (GradwireException unreadable) {
      return Optional.empty();
    }
  }

  /** Nobody is asked any more. Idempotent. */
  @Override
  public void close() {
    closed.countDown();
  }
}
