package gradwire.trace;

import gradwire.cluster.TaskId;
import gradwire.error.GradwireException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a task's last events and writes them at its end. Thread-safe: one lock, held briefly. */
final class Recorder implements Tracer {
  /** 32 MB when full. */
  static final int CAPACITY = 1 << 20;

  private static final Logger log = LoggerFactory.getLogger(Recorder.class);

  private final TaskId task;
  private final TraceClock clock;
  private final Path file;
  private final EventRing ring;
  private final List<RecordedLane> lanes = new ArrayList<>();
  private boolean closed;

  Recorder(TaskId task, TraceClock clock, Path file, int capacity) {
    this.task = task;
    this.clock = clock;
    this.file = file;
    this.ring = new EventRing(capacity);
  }

  @Override
  public synchronized Lane lane(String name) {
    for (RecordedLane lane : lanes) {
      if (lane.name.equals(name)) {
        return lane;
      }
    }
    RecordedLane lane = new RecordedLane(name, lanes.size());
    lanes.add(lane);
    return lane;
  }

  private synchronized void add(int lane, int kind, long begin, long end, long detail) {
    if (!closed) {
      ring.add(lane, kind, begin, end, detail);
    }
  }

  @Override
  public void close() {
    if (!markClosed()) {
      return;
    }
    try (ring) {
      new TaskTrace(task, clock, laneNames(), ring).write(file);
    } catch (GradwireException noTrace) {
      log.warn("{}: no trace: {}", task, noTrace.getMessage());
    }
  }

  /** Whether this call did it. */
  private synchronized boolean markClosed() {
    boolean first = !closed;
    closed = true;
    return first;
  }

  private synchronized List<String> laneNames() {
    return lanes.stream().map(lane -> lane.name).toList();
  }

  /** A row of this recorder's. */
  final class RecordedLane implements Lane {
    private final String name;
    private final int index;

    private RecordedLane(String name, int index) {
      this.name = name;
      this.index = index;
    }

    @Override
    public boolean isOn() {
      return true;
    }

    @Override
    public long begin() {
      return System.nanoTime();
    }

    @Override
    public void end(Span span, long begunNanos, long detail) {
      add(index, span.ordinal(), begunNanos, System.nanoTime(), detail);
    }

    @Override
    public void flowOut(long id) {
      flow(EventKind.FLOW_OUT, id);
    }

    @Override
    public void flowThrough(long id) {
      flow(EventKind.FLOW_THROUGH, id);
    }

    @Override
    public void flowIn(long id) {
      flow(EventKind.FLOW_IN, id);
    }

    private void flow(int kind, long id) {
      add(index, kind, System.nanoTime(), id, 0);
    }
  }
}
