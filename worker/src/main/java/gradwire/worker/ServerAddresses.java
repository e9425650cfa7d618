package gradwire.worker;

import gradwire.cluster.RoleArguments;
import gradwire.cluster.ServerAddress;
import gradwire.cluster.TaskId;
import gradwire.error.GradwireException;
import gradwire.run.RunFolder;
import gradwire.transport.LineBrokenException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Where servers are now: in the run folder, which tells it anew when one was started again. */
final class ServerAddresses {
  /** One try to reach a server: it may meanwhile be somewhere else. */
  static final Duration ATTEMPT = Duration.ofSeconds(2);

  private static final long POLL_MILLIS = 5;

  private ServerAddresses() {}

  /**
   * The server's address, as soon as it is known.
   *
   * @throws LineBrokenException if it has not published one within {@link #ATTEMPT}
   */
  static ServerAddress await(RoleArguments arguments, TaskId server) {
    return arguments
        .runFolder()
        .map(folder -> awaitPublished(new RunFolder(folder), server))
        .orElseGet(() -> ServerAddress.of(arguments.cluster().addressOf(server)));
  }

  private static ServerAddress awaitPublished(RunFolder folder, TaskId server) {
    long deadline = System.nanoTime() + ATTEMPT.toNanos();
    while (System.nanoTime() < deadline) {
      Optional<String> address = folder.readAddress(server);
      if (address.isPresent()) {
        return ServerAddress.parse(folder.address(server).toString(), address.get());
      }
      try {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new GradwireException(server + ": interrupted while waiting for its address", e);
      }
    }
    throw new LineBrokenException(
        server + ": no address yet in " + folder.address(server) + "; did it start? see its log",
        new NoSuchFileException(folder.address(server).toString()));
  }
}
