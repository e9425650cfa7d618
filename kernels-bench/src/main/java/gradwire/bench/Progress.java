package gradwire.bench;

import gradwire.bench.report.Row;
import java.io.PrintStream;
import java.util.Locale;

/** What is going on, on standard error: a counter on a terminal, else a line for each row. */
final class Progress {
  private static final String ERASE_LINE = "\r\033[K";

  private final PrintStream err;
  private final boolean isTerminal;
  private final int numRows;
  private int numDone;

  Progress(PrintStream err, boolean isTerminal, int numRows) {
    this.err = err;
    this.isTerminal = isTerminal;
    this.numRows = numRows;
  }

  /** A process begins to warm up. */
  void began(String group) {
    if (isTerminal) {
      err.print(ERASE_LINE + counter() + " " + group + ": warming up");
      err.flush();
    }
  }

  void measured(Row row) {
    numDone++;
    if (isTerminal) {
      err.print(ERASE_LINE + counter() + " " + row.name());
      err.flush();
    } else {
      err.printf(
          Locale.ROOT,
          "%s %s: %,.0f MB/s, %.0f %% of %s%n",
          counter(),
          row.name(),
          row.mbPerSecond(),
          row.percentOfLimit(),
          row.limit());
    }
  }

  void failed(String name, String why) {
    numDone++;
    err.println((isTerminal ? ERASE_LINE : "") + counter() + " " + name + ": failed: " + why);
  }

  void skipped(String name, String why) {
    numDone++;
    err.println((isTerminal ? ERASE_LINE : "") + counter() + " " + name + ": left out: " + why);
  }

  /** Leaves a clean line behind. */
  void end() {
    if (isTerminal) {
      err.print(ERASE_LINE);
      err.flush();
    }
  }

  private String counter() {
    return "[" + numDone + "/" + numRows + "]";
  }
}
