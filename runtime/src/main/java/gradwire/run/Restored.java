package gradwire.run;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run goes on from after its state was lost, {@code restored} in {@code result.json}.
 * Immutable.
 *
 * @param checkpoint its folder's name
 * @param step of the checkpoint; what came after it is trained again
 * @param savedAt when it was whole, ISO 8601
 * @param seenStep the last step that the lost run had told of, {@code step} if none beyond it
 */
public record Restored(String checkpoint, long step, String savedAt, long seenStep) {
  private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

  /** Writes it whole or not at all. */
  public void write(Path path) {
    AtomicFiles.write(path, GSON.toJson(this) + "\n");
  }

  /**
   * What {@link #write} wrote, if anything.
   *
   * @throws gradwire.error.GradwireException naming the file, if it is damaged
   */
  public static Optional<Restored> find(Path path) {
    return Files.exists(path)
        ? Optional.of(JsonFiles.read(path, json -> GSON.fromJson(json, Restored.class)))
        : Optional.empty();
  }
}
