package gradwire.server.shard;

import gradwire.config.Consistency;
import gradwire.server.checkpoint.Cut;
import gradwire.server.checkpoint.CutBoard;
import gradwire.server.checkpoint.Snapshot;
import gradwire.server.checkpoint.SnapshotWriter;
import gradwire.server.sync.Pending;
import gradwire.transport.Push;
import gradwire.transport.ShardSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When a shard is saved, and as of which push. Called under the shard's lock.
 *
 * <p>Servers in step, or a single one, save at every {@code every_steps}-th step. Others have no
 * step in common: there server 0 says a moment ahead which pushes the checkpoint is to hold, a
 * {@link Cut}; each server copies its state before the first push behind the cut, and applies those
 * before it that come later to the copy, too. Nobody waits for anybody.
 */
final class Saving implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Saving.class);

  /** A cut lies so far ahead that the others hear of it before they are there. */
  private static final long LEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** At least so many pushes ahead: another server may have one more than this one. */
  private static final long LEAD_PUSHES = 2;

  private final SnapshotWriter writer;
  private final Optional<CutBoard> board;
  private final boolean isFirst;

  /** How far a replica may be ahead of another, in a checkpoint, too. */
  private final long maxLagSteps;

  private final Members members;
  private final ShardMemory memory;
  private final Staleness staleness;
  private final Optional<CopyRoom> room;
  private final long begunNanos;
  private final long[] begunAt;

  /** Which is not reached by all replicas yet. */
  private @Nullable Cut cut;

  private boolean isOverdue;

  /** Of the open cut, once a push behind it has come. */
  private @Nullable ShardSnapshot snapshot;

  /**
   * @param writer closed by {@link #close}
   * @param board empty where servers need not agree; closed by {@link #close}
   * @param settings the shard's
   */
  Saving(
      SnapshotWriter writer,
      Optional<CutBoard> board,
      ShardSettings settings,
      Members members,
      ShardMemory memory,
      Staleness staleness) {
    this.writer = writer;
    this.board = board;
    this.isFirst = settings.shard().index() == 0;
    this.maxLagSteps =
        settings.consistency() instanceof Consistency.Ssp(int bound) ? bound : Long.MAX_VALUE;
    this.members = members;
    this.memory = memory;
    this.staleness = staleness;
    this.room = writer.isPeriodic() ? room(memory) : Optional.empty();
    this.begunNanos = board.map(CutBoard::nanos).orElse(0L);
    this.begunAt = new long[members.size()];
    for (int replica = 0; replica < begunAt.length; replica++) {
      begunAt[replica] = members.lastDone(replica);
    }
  }

  private static Optional<CopyRoom> room(ShardMemory memory) {
    try {
      return Optional.of(memory.room());
    } catch (OutOfMemoryError e) {
      log.warn(
          "checkpoints left out but for the final one, no memory for a copy: {}", e.toString());
      return Optional.empty();
    }
  }

  /** Tells {@code listener} of the cuts that server 0 announces; on a thread without the lock. */
  void watch(Consumer<Cut> listener) {
    if (!isFirst) {
      board.ifPresent(others -> others.watch(listener));
    }
  }

  /** An update is about to be applied to the state of {@code step}. */
  void before(List<Pending> gradients, long step) {
    if (cut != null && snapshot == null && !isIn(cut, gradients.getFirst().push())) {
      snapshot = take(step);
      if (snapshot == null) {
        drop();
      }
    }
  }

  /** An update was applied and counts; the state is that of {@code step}. */
  void after(List<Pending> gradients, long step) {
    if (board.isEmpty()) {
      if (writer.isDue(step) && writer.isIdle(step)) {
        saveLater(take(step));
      }
    } else if (cut != null) {
      advance(cut, gradients.getFirst(), step);
      tellIfOverdue(step);
    } else if (isFirst && writer.isDue(step) && writer.isIdle(step)) {
      announce(board.get());
    }
  }

  /** Once for a cut that is still open when the next checkpoint is due. */
  private void tellIfOverdue(long step) {
    if (cut != null && isFirst && writer.isDue(step) && !isOverdue) {
      isOverdue = true;
      log.warn("step {}: checkpoint left out, the one before waits for pushes up to {}", step, cut);
    }
  }

  private void announce(CutBoard others) {
    long elapsed = others.nanos() - begunNanos;
    List<Long> until = new ArrayList<>();
    for (int replica = 0; replica < begunAt.length; replica++) {
      long done = members.lastDone(replica);
      long more = members.hasLeft(replica) ? 0 : LEAD_PUSHES + ahead(replica, done, elapsed);
      until.add(done + more);
    }
    Cut announced = new Cut(until).within(maxLagSteps, members::hasLeft);
    cut = announced;
    isOverdue = false;
    others.announce(announced);
  }

  /** How many pushes of it will come before the others have heard of a cut. */
  private long ahead(int replica, long done, long elapsed) {
    return Math.ceilDiv((done - begunAt[replica]) * LEAD_NANOS, Math.max(1, elapsed));
  }

  /** Server 0 has announced a cut; the state is that of {@code step}. */
  void heed(Cut announced, long step) {
    if (cut != null) {
      log.warn("step {}: checkpoint left out, not all of its pushes came before the next", step);
      drop();
    }
    if (announced.until().size() != members.size() || isBehind(announced)) {
      log.warn("step {}: checkpoint left out, {} was heard of too late", step, announced);
      return;
    }
    cut = announced;
    if (isReached(announced)) {
      finish(step);
    }
  }

  private boolean isBehind(Cut announced) {
    for (int replica = 0; replica < members.size(); replica++) {
      if (members.lastDone(replica) > announced.until().get(replica)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isIn(Cut cut, Push push) {
    return push.sequence() <= cut.until().get(push.worker());
  }

  private void advance(Cut open, Pending pending, long step) {
    if (!isIn(open, pending.push())) {
      return;
    }
    try {
      if (snapshot != null) {
        snapshot.add(pending.push(), step - 1 - pending.push().step(), pending.gradient().memory());
      }
    } catch (OutOfMemoryError e) {
      log.warn("step {}: checkpoint left out, no memory for a gradient: {}", step, e.getMessage());
      drop();
      return;
    }
    if (isReached(open)) {
      finish(step);
    }
  }

  private boolean isReached(Cut open) {
    for (int replica = 0; replica < members.size(); replica++) {
      if (members.lastDone(replica) < open.until().get(replica)) {
        return false;
      }
    }
    return true;
  }

  private void finish(long step) {
    ShardSnapshot whole = snapshot != null ? snapshot : take(step);
    cut = null;
    snapshot = null;
    saveLater(whole);
  }

  private void saveLater(@Nullable ShardSnapshot whole) {
    if (whole != null) {
      writer.saveLater(whole.step(), whole);
    }
  }

  private @Nullable ShardSnapshot take(long step) {
    Optional<ShardSnapshot> taken =
        room.flatMap(
            free -> ShardSnapshot.of(memory, free, step, members.progress(), staleness.counts()));
    if (taken.isEmpty() && room.isPresent()) {
      log.warn("step {}: checkpoint left out, the room for a copy is not free yet", step);
    }
    return taken.orElse(null);
  }

  private void drop() {
    if (snapshot != null) {
      snapshot.close();
    }
    cut = null;
    snapshot = null;
  }

  /** The run is over: writes the state of {@code step} before it returns. */
  void saveFinal(long step) {
    drop();
    writer.saveFinal(new Snapshot(step, members.progress(), staleness.counts(), memory.vectors()));
  }

  @Override
  public void close() {
    board.ifPresent(CutBoard::close);
    drop();
    writer.close();
    room.ifPresent(CopyRoom::close);
  }
}
