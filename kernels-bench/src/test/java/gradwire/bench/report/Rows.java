package gradwire.bench.report;

import gradwire.bench.report.Row.Extra;

/** Rows for tests. */
final class Rows {
  private Rows() {}

  static Row row(String name, double mbPerSecond, double limitMbPerSecond) {
    return new Row(
        name, "tcp", "push", 1024, 2, mbPerSecond, limitMbPerSecond, 0.5, "raw tcp", Extra.NONE);
  }

  static Row full() {
    return new Row(
        "transport/tcp+tls/push+pull/318KB/w1",
        "tcp+tls",
        "push+pull",
        636_080,
        1,
        1000.5,
        4000,
        0.61,
        "raw tcp",
        new Extra(210.5, 400.25, 120.0, 96.0, 0.4, null));
  }

  /** 1,000 MB/s, or MFLOP/s, of 2,000. */
  static Row working(String name, String transport, Work work) {
    return new Row(
        name,
        transport,
        "kernel",
        work.counted(),
        1,
        1000,
        2000,
        0.5,
        "limit",
        new Extra(null, null, null, null, null, work));
  }
}
