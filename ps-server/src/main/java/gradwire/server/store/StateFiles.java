package gradwire.server.store;

import gradwire.error.GradwireException;
import gradwire.transport.OpenRequest;
import gradwire.transport.grpc.OpenRequestBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/** One server's state in a file of its own. */
public final class StateFiles implements ShardStores {
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private final Path path;
  private final long numResumes;

  /**
   * @param numResumes how often somebody has resumed the run after having stopped it
   */
  public StateFiles(Path path, long numResumes) {
    this.path = path;
    this.numResumes = numResumes;
  }

  /**
   * What is wrong with the file that a server left; empty if the next one can go on with it.
   *
   * @param numShards how many servers there are to be
   */
  public static Optional<String> problem(Path path, int numShards) {
    if (!Files.exists(path)) {
      return Optional.of(path + ": expected what the server left, got no file");
    }
    try {
      OpenRequest chief = OpenRequestBytes.parse(FileStore.inspect(path, boot()));
      int ofShards = chief.settings().orElseThrow().numShards();
      return ofShards == numShards
          ? Optional.empty()
          : Optional.of(
              path + ": expected one of " + numShards + " shards, got one of " + ofShards);
    } catch (GradwireException unusable) {
      return Optional.of(String.valueOf(unusable.getMessage()));
    }
  }

  @Override
  public long numResumes() {
    return numResumes;
  }

  @Override
  public Optional<Saved> find() {
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    FileStore store = FileStore.open(path, boot());
    try {
      return Optional.of(new Saved(OpenRequestBytes.parse(store.request()), store));
    } catch (GradwireException notOurs) {
      store.close();
      throw new GradwireException(
          path + ": " + notOurs.getMessage() + "; remove it to begin again", notOurs);
    }
  }

  @Override
  public ShardStore create(OpenRequest chief, long numFloats, int numVectors) {
    return FileStore.create(
        path, OpenRequestBytes.of(chief), numFloats, numVectors, chief.numWorkers(), boot());
  }

  /** Of this start of the machine; 0 where the system does not tell. */
  private static long boot() {
    try {
      return UUID.fromString(Files.readString(BOOT_ID).strip()).getMostSignificantBits();
    } catch (IOException | IllegalArgumentException unknown) {
      return 0;
    }
  }
}
