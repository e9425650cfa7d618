package gradwire.server.shard;

import gradwire.server.checkpoint.Progress;
import gradwire.server.checkpoint.Snapshot;
import gradwire.tensor.Floats;
import gradwire.transport.Push;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A shard as it was when this was made, and some pushes more, if {@link #add}ed: those are applied
 * to the copy as they were to the shard. Adding is for the shard's thread; then it is another's.
 */
final class ShardSnapshot implements Snapshot.Source {
  private final ShardMemory live;
  private final CopyRoom room;
  private final VersionCopy copy;
  private final long step;
  private final List<Progress> replicas;
  private final List<Long> staleness;
  private final Arena arena = Arena.ofShared();
  private final List<MemorySegment> late = new ArrayList<>();

  private ShardSnapshot(
      ShardMemory live,
      CopyRoom room,
      List<MemorySegment> into,
      long step,
      List<Progress> replicas,
      List<Long> staleness) {
    this.live = live;
    this.room = room;
    this.step = step;
    this.replicas = new ArrayList<>(replicas);
    this.staleness = new ArrayList<>(staleness);
    this.copy = live.copy(into);
    copy.start();
  }

  /** Of {@code live} as it is now; empty if another has the room for it. */
  static Optional<ShardSnapshot> of(
      ShardMemory live, CopyRoom room, long step, List<Progress> replicas, List<Long> staleness) {
    return room.take().map(into -> new ShardSnapshot(live, room, into, step, replicas, staleness));
  }

  /** Steps applied, those of added pushes among them. */
  long step() {
    return step + late.size();
  }

  /**
   * One more push belongs to it.
   *
   * @param stalenessSteps how old it was when the shard applied it
   * @param gradient {@code [shardLength] float32}; copied
   * @throws OutOfMemoryError if there is no room for it
   */
  void add(Push push, long stalenessSteps, MemorySegment gradient) {
    late.add(Floats.allocate(arena, Floats.length(gradient)).copyFrom(gradient));
    replicas.set(push.worker(), replicas.get(push.worker()).appliedOne());
    Staleness.record(staleness, stalenessSteps);
  }

  @Override
  public Snapshot await() {
    copy.await();
    if (!late.isEmpty()) {
      live.applyTo(copy.vectors(), step + 1, late);
    }
    return new Snapshot(step(), replicas, staleness, copy.vectors());
  }

  @Override
  public void close() {
    copy.await();
    room.giveBack();
    arena.close();
  }
}
