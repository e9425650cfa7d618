package gradwire.transport.grpc;

import io.netty.handler.ssl.OpenSsl;

/** What this platform's sockets can do, for a person. */
public final class Capabilities {
  private Capabilities() {}

  /** Kinds of sockets, and what drives them. */
  public static String sockets() {
    return Channels.hasLocalSockets()
        ? "Unix domain sockets, TCP (epoll)"
        : "TCP (NIO; epoll is not to be had)";
  }

  /** Whose code encrypts. */
  public static String tls() {
    return OpenSsl.isAvailable() ? OpenSsl.versionString() : "the JDK";
  }
}
