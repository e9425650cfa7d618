package gradwire.server.checkpoint;

import gradwire.error.GradwireException;
import gradwire.safetensors.SafetensorsFile;
import gradwire.tensor.Floats;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A run at one moment, on disk, all servers together: can be gone on with on any number of servers.
 * Immutable.
 *
 * @param folder {@code step-000000400}
 */
public record Checkpoint(Path folder, Manifest manifest) implements Restorable {
  /**
   * Opens a folder after a look at its manifest alone.
   *
   * @throws GradwireException naming the file that is wrong
   */
  public static Checkpoint open(Path folder) {
    return new Checkpoint(folder, Manifest.read(folder));
  }

  @Override
  public String name() {
    return String.valueOf(folder.getFileName());
  }

  /**
   * Refuses a checkpoint of which any byte is not as it was written.
   *
   * @throws GradwireException naming the file
   */
  public void requireSound() {
    long end = 0;
    for (Part part : manifest.files()) {
      requireSound(part);
      require(folder, "the part from " + end + " on", part.begin() == end, part.begin());
      end = part.end();
    }
    require(folder, manifest.numFloats() + " floats", end == manifest.numFloats(), end);
  }

  private void requireSound(Part part) {
    Path path = folder.resolve(part.file());
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
        Arena arena = Arena.ofConfined()) {
      require(path, part.bytes() + " bytes", file.size() == part.bytes(), file.size());
      MemorySegment all = file.map(FileChannel.MapMode.READ_ONLY, 0, file.size(), arena);
      String sha256 = SafetensorsFile.sha256(List.of(all));
      require(path, "SHA-256 " + part.sha256(), sha256.equals(part.sha256()), sha256);
    } catch (IOException e) {
      throw new GradwireException(path + ": damaged: expected to read it, got " + e, e);
    }
  }

  private static void require(Path path, String expected, boolean holds, Object got) {
    if (!holds) {
      throw new GradwireException(path + ": damaged: expected " + expected + ", got " + got);
    }
  }

  /**
   * Refuses a checkpoint of another run.
   *
   * @param run what is to go on
   */
  void requireOf(RunMark run) {
    RunMark mine = manifest.run();
    boolean same =
        mine.layout().equals(run.layout())
            && mine.optimizer().equals(run.optimizer())
            && mine.consistency().equals(run.consistency());
    if (!same) {
      throw new GradwireException(
          folder + ": expected a checkpoint of " + run + ", got one of " + mine);
    }
  }

  @Override
  public void read(long begin, List<MemorySegment> into) {
    long end = begin + Floats.length(into.getFirst());
    for (Part part : manifest.files()) {
      if (part.begin() < end && begin < part.end()) {
        read(part, begin, end, into);
      }
    }
  }

  private void read(Part part, long begin, long end, List<MemorySegment> into) {
    Path path = folder.resolve(part.file());
    require(path, into.size() + " vectors", part.vectors() == into.size(), part.vectors());
    try (Arena arena = Arena.ofConfined()) {
      long at = 0;
      for (SafetensorsFile.Entry piece :
          SafetensorsFile.read(path, arena, part.sha256()).tensors()) {
        int vector = Math.toIntExact(at / part.length());
        long flat = part.begin() + at % part.length();
        long from = Math.max(begin, flat);
        long to = Math.min(end, flat + Floats.length(piece.values()));
        if (from < to) {
          Floats.slice(into.get(vector), from - begin, to - from)
              .copyFrom(Floats.slice(piece.values(), from - flat, to - from));
        }
        at += Floats.length(piece.values());
      }
    }
  }
}
