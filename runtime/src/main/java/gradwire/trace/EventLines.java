package gradwire.trace;

import com.google.gson.JsonParseException;
import gradwire.error.GradwireException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The events of a task's file, one by one, as text. For one thread. */
final class EventLines implements AutoCloseable {
  private final Path file;
  private final BufferedReader reader;
  private final long numDropped;

  /**
   * @throws GradwireException if the file is missing or damaged
   */
  EventLines(Path file) {
    this.file = file;
    try {
      reader = Files.newBufferedReader(file);
      numDropped = TraceText.numDropped(line());
    } catch (IOException | JsonParseException | IllegalStateException e) {
      throw damaged(e.toString());
    }
  }

  /** How many events the recorder had no room for. */
  long numDropped() {
    return numDropped;
  }

  /**
   * The next event, without what parts it from the one after it; null at the end.
   *
   * @throws GradwireException if the file is damaged
   */
  @Nullable String next() {
    try {
      String line = line();
      if (!line.startsWith("{")) {
        return null;
      }
      return line.endsWith(",") ? line.substring(0, line.length() - 1) : line;
    } catch (IOException e) {
      throw damaged(e.toString());
    }
  }

  private String line() throws IOException {
    String line = reader.readLine();
    if (line == null) {
      throw damaged("half of it");
    }
    return line;
  }

  private GradwireException damaged(String got) {
    return new GradwireException(
        file + ": expected a task's whole trace, got " + got + "; run again");
  }

  @Override
  public void close() {
    try {
      reader.close();
    } catch (IOException e) {
      throw damaged(e.toString());
    }
  }
}
