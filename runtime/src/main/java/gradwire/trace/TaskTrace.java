package gradwire.trace;

import gradwire.cluster.TaskId;
import gradwire.run.AtomicFiles;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * One task's events in the Chrome trace event format, an event a line, in the order of time. Times
 * are microseconds of the run's time, with three decimals. For one thread.
 *
 * @param lanes their names by index
 */
record TaskTrace(TaskId task, TraceClock clock, List<String> lanes, EventRing ring) {
  /** What a line of an arrow's begins with; then its phase, its id, and the rest. */
  static final String FLOW_PREFIX = "{\"name\":\"update\",\"cat\":\"flow\",\"id\":\"0x";

  /** What ends the id. */
  static final String FLOW_PHASE = "\",\"ph\":\"";

  static final String DROPPED = "droppedEvents";

  private static final int PIDS_PER_ROLE = 1_000_000;

  /** The file, whole or not at all. */
  void write(Path file) {
    AtomicFiles.write(
        file,
        stream -> {
          Writer writer =
              new BufferedWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), 1 << 16);
          write(writer);
          writer.flush();
        });
  }

  private void write(Writer writer) throws IOException {
    writer.write(TraceText.head("task", task.name(), ring.numDropped()));
    writer.write(TraceText.name("process_name", pid(), 0, task.name()));
    writer.write(TraceText.sortIndex(pid()));
    for (int lane = 0; lane < lanes.size(); lane++) {
      writer.write(TraceText.NEXT);
      writer.write(TraceText.name("thread_name", pid(), lane + 1, lanes.get(lane)));
    }
    TimeOrder order = new TimeOrder(ring);
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < ring.size(); i++) {
      line.setLength(0);
      line.append(TraceText.NEXT);
      append(line, order.at(i));
      writer.append(line);
    }
    writer.write(TraceText.TAIL);
  }

  private int pid() {
    return task.role().ordinal() * PIDS_PER_ROLE + task.index() + 1;
  }

  private void append(StringBuilder line, int event) {
    int kind = ring.kind(event);
    if (EventKind.isSpan(kind)) {
      appendSpan(line, EventKind.span(kind), event);
    } else {
      appendFlow(line, EventKind.flowPhase(kind), event);
    }
    line.append(",\"pid\":").append(pid()).append(",\"tid\":").append(ring.lane(event) + 1);
    line.append('}');
  }

  private void appendSpan(StringBuilder line, Span span, int event) {
    line.append("{\"name\":\"").append(span.label());
    line.append("\",\"cat\":\"").append(span.category());
    line.append("\",\"ph\":\"X\",\"ts\":");
    appendMicros(line, clock.runNanos(ring.beginNanos(event)));
    line.append(",\"dur\":");
    appendMicros(line, ring.endNanos(event) - ring.beginNanos(event));
    line.append(",\"args\":{\"").append(span.detail()).append("\":");
    line.append(ring.detail(event)).append('}');
  }

  private void appendFlow(StringBuilder line, char phase, int event) {
    line.append(FLOW_PREFIX).append(Long.toHexString(ring.endNanos(event)));
    line.append(FLOW_PHASE).append(phase).append("\",\"bp\":\"e\",\"ts\":");
    appendMicros(line, clock.runNanos(ring.beginNanos(event)));
  }

  private static void appendMicros(StringBuilder line, long nanos) {
    if (nanos < 0) {
      line.append('-');
    }
    long size = Math.abs(nanos);
    line.append(size / 1_000).append('.');
    long thousandths = size % 1_000;
    line.append((char) ('0' + thousandths / 100));
    line.append((char) ('0' + thousandths / 10 % 10));
    line.append((char) ('0' + thousandths % 10));
  }
}
