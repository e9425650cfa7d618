package gradwire.server.checkpoint;

import gradwire.run.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a server says of its file, beside it: {@code shard-0-of-2.json}. The manifest is made of all
 * of them by the server that is the last to be done.
 *
 * @param replicas as the server has them; one moment of all servers has one set of pushes
 */
record PartNote(long step, int numShards, RunMark run, List<Progress> replicas, Part part) {
  PartNote {
    replicas = List.copyOf(replicas);
  }

  /** What all servers' notes of a checkpoint must have in common. */
  record Moment(long step, RunMark run, List<Progress> replicas) {}

  Moment moment() {
    return new Moment(step, run, replicas);
  }

  static Path path(Path folder, int shard, int numShards) {
    return folder.resolve("shard-%d-of-%d.json".formatted(shard, numShards));
  }

  void write(Path path) {
    AtomicFiles.write(path, CheckpointJson.text(this));
  }

  static PartNote read(Path path) throws IOException {
    return CheckpointJson.parse(path, Files.readString(path), PartNote.class);
  }
}
