package gradwire.server.checkpoint;

import gradwire.error.GradwireException;
import gradwire.run.AtomicFiles;
import gradwire.safetensors.SafetensorsFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What makes a folder of files a checkpoint: {@code manifest.json}, written last. Immutable.
 *
 * @param format of this version: {@link #FORMAT}
 * @param step steps applied
 * @param savedAt when it was whole, ISO 8601
 * @param numFloats length of the flat parameter vector
 * @param run what it is of
 * @param replicas the data position and what is done, by replica: the same on all servers
 * @param files in the order of what they hold
 * @param sha256 of this very text with 64 zeros here
 */
public record Manifest(
    String format,
    long step,
    String savedAt,
    long numFloats,
    RunMark run,
    List<Progress> replicas,
    List<Part> files,
    String sha256) {
  static final String FORMAT = "gradwire-checkpoint-1";
  static final String NAME = "manifest.json";
  private static final String NO_HASH = "0".repeat(64);

  public Manifest {
    replicas = List.copyOf(replicas);
    files = List.copyOf(files);
  }

  /**
   * Of one moment's files.
   *
   * @param where for messages
   * @param notes all of them, in the order of shards
   * @throws GradwireException if they are of several moments
   */
  static Manifest of(Object where, List<PartNote> notes, String savedAt) {
    PartNote first = notes.getFirst();
    for (PartNote note : notes) {
      if (!note.moment().equals(first.moment())) {
        throw new GradwireException(
            where
                + ": expected the servers' files to be of one moment, got "
                + note.moment()
                + " and "
                + first.moment());
      }
    }
    List<Part> parts = notes.stream().map(PartNote::part).toList();
    Manifest unsigned =
        new Manifest(
            FORMAT,
            first.step(),
            savedAt,
            parts.getLast().end(),
            first.run(),
            first.replicas(),
            parts,
            NO_HASH);
    return unsigned.with(hash(CheckpointJson.text(unsigned)));
  }

  private Manifest with(String hash) {
    return new Manifest(format, step, savedAt, numFloats, run, replicas, files, hash);
  }

  private static String hash(String text) {
    return SafetensorsFile.sha256(
        List.of(MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8))));
  }

  static Path path(Path folder) {
    return folder.resolve(NAME);
  }

  void write(Path folder) {
    AtomicFiles.write(path(folder), CheckpointJson.text(this));
  }

  /**
   * Reads a folder's.
   *
   * @throws GradwireException naming the file, if it is missing, damaged or of another version
   */
  static Manifest read(Path folder) {
    Path path = path(folder);
    try {
      Manifest manifest = CheckpointJson.parse(path, Files.readString(path), Manifest.class);
      String expected = hash(CheckpointJson.text(manifest.with(NO_HASH)));
      if (!FORMAT.equals(manifest.format()) || !expected.equals(manifest.sha256())) {
        throw new GradwireException(
            path
                + ": damaged: expected format "
                + FORMAT
                + " and SHA-256 "
                + expected
                + ", got "
                + manifest.format()
                + " and "
                + manifest.sha256());
      }
      return manifest;
    } catch (IOException e) {
      throw new GradwireException(path + ": expected a whole checkpoint's manifest, got " + e, e);
    }
  }
}
