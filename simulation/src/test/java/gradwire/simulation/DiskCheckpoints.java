package gradwire.simulation;

import gradwire.server.checkpoint.Checkpoints;
import gradwire.server.checkpoint.Cut;
import gradwire.server.checkpoint.CutBoard;
import gradwire.server.checkpoint.Restorable;
import gradwire.server.checkpoint.Snapshot;
import gradwire.server.checkpoint.SnapshotWriter;
import gradwire.transport.ShardSettings;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A server's process at its machine's disk, which takes its time. What is not written when the
 * process ends never is. One thread.
 */
final class DiskCheckpoints implements Checkpoints {
  /** So that a cut's lead of 100 ms is about as long as it takes to hear of one. */
  private static final long NANOS_PER_TICK = 20_000_000;

  private final int server;
  private final Scenario scenario;
  private final Events events;
  private final Disk disk;
  private final Rules rules;
  private final Consumer<Runnable> process;
  private final IntFunction<MemorySegment> live;

  /**
   * @param process runs what happens in the server's process
   * @param live the server's vectors as they are
   */
  DiskCheckpoints(
      int server,
      Scenario scenario,
      Events events,
      Disk disk,
      Rules rules,
      Consumer<Runnable> process,
      IntFunction<MemorySegment> live) {
    this.server = server;
    this.scenario = scenario;
    this.events = events;
    this.disk = disk;
    this.rules = rules;
    this.process = process;
    this.live = live;
  }

  @Override
  public SnapshotWriter writer(ShardSettings settings, long layoutFingerprint) {
    return new Writer();
  }

  @Override
  public Optional<CutBoard> board(ShardSettings settings) {
    return Checkpoints.needsBoard(settings) ? Optional.of(new Board()) : Optional.empty();
  }

  @Override
  public Optional<Restorable> restored(ShardSettings settings, long layoutFingerprint) {
    return rules.restored(scenario, server, disk.restored());
  }

  /** Writes one snapshot at a time. */
  private final class Writer implements SnapshotWriter {
    private Snapshot.@Nullable Source underWay;

    @Override
    public boolean isPeriodic() {
      return scenario.snapshotEvery() > 0;
    }

    @Override
    public boolean isDue(long step) {
      return isPeriodic() && step % scenario.snapshotEvery() == 0;
    }

    @Override
    public boolean isIdle(long step) {
      return underWay == null;
    }

    @Override
    public void saveLater(long step, Snapshot.Source source) {
      if (underWay != null) {
        source.close();
        return;
      }
      underWay = source;
      events.soon(
          () -> {
            if (source.equals(underWay)) {
              writeUnderWay();
            }
          });
    }

    private void writeUnderWay() {
      Snapshot.Source source = underWay;
      underWay = null;
      if (source != null) {
        try (source) {
          disk.add(server, rules.written(source.await(), live));
        }
      }
    }

    @Override
    public void saveFinal(Snapshot snapshot) {
      writeUnderWay();
      disk.add(server, snapshot);
    }

    @Override
    public void close() {
      Snapshot.Source source = underWay;
      underWay = null;
      if (source != null) {
        source.close();
      }
    }
  }

  /** Tells of the last cut alone, as late as it likes. */
  private final class Board implements CutBoard {
    private final Runnable look = this::look;
    private @Nullable Cut seen;
    private @Nullable Consumer<Cut> listener;
    private boolean closed;

    @Override
    public void announce(Cut cut) {
      events.soon(
          () -> {
            if (!closed) {
              events.note("ps-" + server + " announces " + cut);
              disk.announce(cut);
            }
          });
    }

    @Override
    public void watch(Consumer<Cut> listener) {
      this.listener = listener;
      seen = disk.cut();
      disk.watch(look);
    }

    private void look() {
      Cut latest = disk.cut();
      Consumer<Cut> told = listener;
      if (!closed && told != null && latest != null && !latest.equals(seen)) {
        seen = latest;
        events.note("ps-" + server + " hears of " + latest);
        process.accept(() -> told.accept(latest));
      }
    }

    @Override
    public long nanos() {
      return events.now() * NANOS_PER_TICK;
    }

    @Override
    public void close() {
      closed = true;
      disk.unwatch(look);
    }
  }
}
