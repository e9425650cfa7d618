package gradwire.cluster;

import gradwire.error.Expect;
import java.util.Optional;

/**
 * Where a parameter server listens. Immutable.
 *
 * @param network for everybody
 * @param localSocket name of a Unix domain socket (Linux's abstract name space) for tasks on the
 *     same host, if it has one
 */
public record ServerAddress(HostPort network, Optional<String> localSocket) {
  private static final String LOCAL = " unix:";

  /** A server of which nothing but host and port is known. */
  public static ServerAddress of(HostPort network) {
    return new ServerAddress(network, Optional.empty());
  }

  /**
   * Reads {@code HOST:PORT} or {@code HOST:PORT unix:NAME}.
   *
   * @param where what a message calls the place
   * @throws gradwire.error.UsageException if it is something else
   */
  public static ServerAddress parse(String where, String text) {
    int local = text.indexOf(LOCAL);
    if (local < 0) {
      return of(HostPort.parse(where, text));
    }
    String name = text.substring(local + LOCAL.length());
    Expect.that(!name.isBlank(), where, "a name behind unix:", '"' + text + '"', "leave it out");
    return new ServerAddress(HostPort.parse(where, text.substring(0, local)), Optional.of(name));
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return network + localSocket.map(name -> LOCAL + name).orElse("");
  }
}
