package gradwire.transport.grpc;

import gradwire.membership.Coordination;
import gradwire.trace.ServerTrace;
import io.grpc.ServerInterceptor;
import java.util.List;
import java.util.Optional;

/**
 * How a server serves.
 *
 * @param tls for TCP; empty: in the clear
 * @param trace records every worker's exchanges
 * @param interceptors around the Exchange stream, whose messages they see as on the wire
 * @param membership who computes what, if it is this server that says so
 */
public record ServerOptions(
    Optional<TlsFiles> tls,
    ServerTrace trace,
    List<ServerInterceptor> interceptors,
    Optional<Coordination> membership) {
  /** In the clear, nothing recorded. */
  public static final ServerOptions PLAIN =
      new ServerOptions(Optional.empty(), ServerTrace.OFF, List.of(), Optional.empty());

  public ServerOptions {
    interceptors = List.copyOf(interceptors);
  }

  /** The same with these keys, if there are any. */
  public ServerOptions withTls(Optional<TlsFiles> keys) {
    return new ServerOptions(keys, trace, interceptors, membership);
  }

  /** The same, recorded. */
  public ServerOptions traced(ServerTrace recording) {
    return new ServerOptions(tls, recording, interceptors, membership);
  }

  /** The same, which also coordinates the run. */
  public ServerOptions coordinating(Coordination coordination) {
    return new ServerOptions(tls, trace, interceptors, Optional.of(coordination));
  }

  ServerOptions intercepted(List<ServerInterceptor> around) {
    return new ServerOptions(tls, trace, around, membership);
  }
}
