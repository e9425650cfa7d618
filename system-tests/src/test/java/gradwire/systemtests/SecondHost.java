package gradwire.systemtests;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;

/**
 * Another host on this one: a network namespace, and a cable to a switch that this host is on. A
 * cut cable loses every packet and tells nobody.
 */
final class SecondHost implements AutoCloseable {
  private final String namespace;
  private final String bridge;
  private final String plug;
  private final String subnet;

  private SecondHost(long number) {
    namespace = "gw-test-" + number;
    bridge = "gwb" + number;
    plug = "gwp" + number;
    subnet = "10.213." + number % 250 + ".";
  }

  /** Skips the test where namespaces are not to be had. */
  static SecondHost make() {
    SecondHost host = new SecondHost(ProcessHandle.current().pid() % 100_000);
    assumeTrue(
        Tool.succeeds("ip", "netns", "add", host.namespace),
        "skipped: network namespaces need root and iproute2");
    try {
      host.plugIn();
    } catch (IllegalStateException e) {
      host.close();
      assumeTrue(false, "skipped: bridges and veth pairs are not to be had: " + e.getMessage());
    }
    return host;
  }

  private void plugIn() {
    Tool.run("ip", "link", "add", bridge, "type", "bridge");
    Tool.run("ip", "addr", "add", address() + "/24", "dev", bridge);
    Tool.run("ip", "link", "set", bridge, "up");
    Tool.run("ip", "link", "add", plug, "type", "veth", "peer", "name", "eth0", "netns", namespace);
    Tool.run("ip", "link", "set", plug, "master", bridge);
    Tool.run("ip", "link", "set", plug, "up");
    Tool.run("ip", "-n", namespace, "link", "set", "lo", "up");
    Tool.run("ip", "-n", namespace, "addr", "add", subnet + "2/24", "dev", "eth0");
    Tool.run("ip", "-n", namespace, "link", "set", "eth0", "up");
  }

  /** Of this host, for the other. */
  String address() {
    return subnet + "1";
  }

  /** What a command line begins with that is to run there. */
  List<String> inside() {
    return List.of("ip", "netns", "exec", namespace);
  }

  void cut() {
    Tool.run("ip", "link", "set", plug, "down");
  }

  void mend() {
    Tool.run("ip", "link", "set", plug, "up");
  }

  @Override
  public void close() {
    boolean unused =
        Tool.succeeds("ip", "link", "del", plug)
            | Tool.succeeds("ip", "link", "del", bridge)
            | Tool.succeeds("ip", "netns", "del", namespace);
  }
}
