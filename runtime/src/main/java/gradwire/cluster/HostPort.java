package gradwire.cluster;

import gradwire.error.Expect;

/**
 * A task's address. Immutable.
 *
 * @param host a name, an IPv4 address or an IPv6 address, without brackets
 * @param port 0 to 65535; 0: any free one
 */
public record HostPort(String host, int port) {
  /** Stands for a task whose address this process was not told. */
  public static final HostPort UNKNOWN = new HostPort("?", 0);

  private static final String FORM = "HOST:PORT";
  private static final int MAX_PORT = 65_535;

  public HostPort {
    Expect.that(!host.isBlank(), "address", "a host", "\"\"", "try localhost");
    Expect.that(
        port >= 0 && port <= MAX_PORT, "address", "a port from 0 to 65535", port, "try 2222");
  }

  /**
   * Reads {@code host:port}, {@code [ipv6]:port}.
   *
   * @param where what a message calls the place, e.g. {@code --ps_hosts}
   * @throws gradwire.error.UsageException if it is something else
   */
  public static HostPort parse(String where, String text) {
    int colon = text.lastIndexOf(':');
    Expect.that(colon > 0, where, FORM, quoted(text), "try localhost:2222");
    return new HostPort(host(where, text, colon), port(where, text, text.substring(colon + 1)));
  }

  private static String host(String where, String text, int colon) {
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      Expect.that(
          host.length() > 2, where, "an IPv6 address in brackets", quoted(text), "try [::1]:2222");
      return host.substring(1, host.length() - 1);
    }
    Expect.that(
        host.indexOf(':') < 0, where, "[IPV6]:PORT", quoted(text), "put brackets around IPv6");
    boolean plain =
        host.chars().noneMatch(c -> Character.isWhitespace(c) || "[]/,".indexOf(c) >= 0);
    Expect.that(plain, where, FORM, quoted(text), "leave out scheme, path and spaces");
    return host;
  }

  private static int port(String where, String text, String digits) {
    boolean number = digits.matches("\\d{1,5}") && Integer.parseInt(digits) <= MAX_PORT;
    Expect.that(number, where, "a port from 0 to 65535", quoted(text), "try 2222");
    return Integer.parseInt(digits);
  }

  /** False for {@link #UNKNOWN} alone. */
  public boolean isKnown() {
    return !equals(UNKNOWN);
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }

  private static String quoted(String text) {
    return '"' + text + '"';
  }
}
