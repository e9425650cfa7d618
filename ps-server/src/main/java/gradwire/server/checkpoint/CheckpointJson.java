package gradwire.server.checkpoint;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import gradwire.error.GradwireException;
import java.nio.file.Path;

/** JSON for people and other programs: a key for each field of a record. */
final class CheckpointJson {
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().serializeNulls().create();

  private CheckpointJson() {}

  static String text(Object value) {
    return GSON.toJson(value) + "\n";
  }

  /**
   * Reads what {@link #text} wrote.
   *
   * @throws GradwireException naming the file, if it is anything else
   */
  static <T> T parse(Path path, String text, Class<T> type) {
    T value;
    try {
      value = GSON.fromJson(text, type);
    } catch (RuntimeException e) { // whatever a record's own checks say of damaged text, too
      throw damaged(path, String.valueOf(e.getMessage()));
    }
    if (value == null) {
      throw damaged(path, "an empty file");
    }
    return value;
  }

  private static GradwireException damaged(Path path, String got) {
    return new GradwireException(path + ": damaged: expected JSON as it was written, got " + got);
  }
}
