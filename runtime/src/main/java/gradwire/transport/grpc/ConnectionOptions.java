package gradwire.transport.grpc;

import gradwire.config.Transport;
import java.time.Duration;
import java.util.Optional;

/**
 * How a worker connects.
 *
 * @param transport what to use
 * @param tls for TCP; empty: in the clear
 * @param timeout bound of every wait for an answer
 * @param connectTimeout bound of the wait for the connection itself
 */
public record ConnectionOptions(
    Transport transport, Optional<TlsFiles> tls, Duration timeout, Duration connectTimeout) {
  /** As long for the connection as for an answer. */
  public ConnectionOptions(Transport transport, Optional<TlsFiles> tls, Duration timeout) {
    this(transport, tls, timeout, timeout);
  }

  /** The best there is, in the clear. */
  public static ConnectionOptions of(Duration timeout) {
    return new ConnectionOptions(Transport.AUTO, Optional.empty(), timeout);
  }
}
