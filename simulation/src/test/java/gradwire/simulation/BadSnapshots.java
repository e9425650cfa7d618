package gradwire.simulation;

import gradwire.server.checkpoint.Manifest;
import gradwire.server.checkpoint.Progress;
import gradwire.server.checkpoint.Restorable;
import gradwire.server.checkpoint.Snapshot;
import gradwire.transport.Outcome;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;

/** Snapshots that are not what they say. */
final class BadSnapshots {
  private BadSnapshots() {}

  /** It holds the weights, but not whose pushes are in them. */
  static Restorable withoutTable(Restorable snapshot) {
    Manifest has = snapshot.manifest();
    Progress none = new Progress(0, Outcome.NONE, 0, 0);
    Manifest tells =
        new Manifest(
            has.format(),
            has.step(),
            has.savedAt(),
            has.numFloats(),
            has.run(),
            Collections.nCopies(has.replicas().size(), none),
            has.files(),
            has.sha256());
    return new Other(snapshot, tells, Integer.MAX_VALUE);
  }

  /** It holds the weights, and of what the optimizer keeps nothing. */
  static Restorable withoutSlots(Restorable snapshot) {
    return new Other(snapshot, snapshot.manifest(), 1);
  }

  /** The same with another manifest, and zeros behind its first vectors. */
  private record Other(Restorable snapshot, Manifest manifest, int numVectors)
      implements Restorable {
    @Override
    public String name() {
      return snapshot.name();
    }

    @Override
    public void read(long begin, List<MemorySegment> into) {
      snapshot.read(begin, into);
      into.stream().skip(numVectors).forEach(vector -> vector.fill((byte) 0));
    }
  }

  /** The table is of the moment, the vectors are what they have become since. */
  static Snapshot copiedLate(Snapshot snapshot, IntFunction<MemorySegment> live) {
    List<MemorySegment> vectors = new ArrayList<>();
    for (int vector = 0; vector < snapshot.vectors().size(); vector++) {
      vectors.add(live.apply(vector));
    }
    return new Snapshot(snapshot.step(), snapshot.replicas(), snapshot.staleness(), vectors);
  }
}
