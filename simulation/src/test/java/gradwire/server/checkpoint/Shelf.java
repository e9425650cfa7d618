package gradwire.server.checkpoint;

import gradwire.error.GradwireException;
import gradwire.transport.ShardSettings;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Checkpoints in memory, made whole by the rule by which files are. One thread. */
public final class Shelf {
  private static final int KEEP = 2;

  private final TreeMap<Long, @Nullable Saved[]> parts = new TreeMap<>();
  private final TreeMap<Long, Whole> whole = new TreeMap<>();

  private record Saved(PartNote note, List<MemorySegment> vectors) {}

  /** All servers' parts of one moment. */
  private record Whole(Manifest manifest, List<Saved> parts) implements Restorable {
    @Override
    public String name() {
      return "step-" + manifest.step();
    }

    @Override
    public void read(long begin, List<MemorySegment> into) {
      Saved part =
          parts.stream()
              .filter(each -> each.note().part().begin() == begin)
              .findFirst()
              .orElseThrow();
      for (int vector = 0; vector < into.size(); vector++) {
        into.get(vector).copyFrom(part.vectors().get(vector));
      }
    }
  }

  /**
   * A server's part is written.
   *
   * @return whether all are there now
   * @throws GradwireException if all are there, yet not of one moment
   */
  public boolean add(ShardSettings settings, Snapshot snapshot) {
    long step = snapshot.step();
    whole.remove(step);
    @Nullable Saved[] ofStep = parts.computeIfAbsent(step, any -> new Saved[settings.numShards()]);
    ofStep[settings.shard().index()] = saved(settings, snapshot);
    if (Arrays.stream(ofStep).anyMatch(Objects::isNull)) {
      return false;
    }
    List<Saved> all = Arrays.stream(ofStep).map(Objects::requireNonNull).toList();
    List<PartNote> notes = all.stream().map(Saved::note).toList();
    whole.put(step, new Whole(Manifest.of("step-" + step, notes, "now"), all));
    while (whole.size() > KEEP) {
      parts.headMap(whole.pollFirstEntry().getKey(), true).clear();
    }
    return true;
  }

  private static Saved saved(ShardSettings settings, Snapshot snapshot) {
    Part part =
        new Part(
            "shard-" + settings.shard().index(),
            0,
            "",
            settings.shard().begin(),
            settings.shard().length(),
            snapshot.vectors().size(),
            new TreeMap<>());
    PartNote note =
        new PartNote(
            snapshot.step(),
            settings.numShards(),
            RunMark.of(Optional.empty(), 0, settings),
            snapshot.replicas(),
            part);
    return new Saved(note, copy(snapshot.vectors()));
  }

  private static List<MemorySegment> copy(List<MemorySegment> vectors) {
    List<MemorySegment> copies = new ArrayList<>();
    for (MemorySegment vector : vectors) {
      copies.add(MemorySegment.ofArray(vector.toArray(ValueLayout.JAVA_FLOAT)));
    }
    return copies;
  }

  /**
   * The newest that is whole; all that is newer is put away.
   *
   * @return it and the one before, as far as they are there
   */
  public List<Restorable> newestTwo() {
    if (whole.isEmpty()) {
      parts.clear();
      return List.of();
    }
    parts.tailMap(whole.lastKey(), false).clear();
    return List.copyOf(whole.descendingMap().values());
  }
}
