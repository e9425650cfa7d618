package gradwire.config.yaml;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Reads a small UTF-8 text file; whatever keeps it from being one becomes a problem. */
public final class YamlFile {
  static final int MAX_BYTES = 1 << 20;
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private YamlFile() {}

  /**
   * The file's text.
   *
   * @param purpose what the file holds, e.g. {@code a job description}
   * @return empty if a problem was noted
   */
  public static Optional<String> read(Path file, String purpose, Problems problems) {
    Optional<String> refusal = refusal(file, purpose);
    if (refusal.isEmpty()) {
      try {
        return Optional.of(decode(Files.readAllBytes(file)));
      } catch (CharacterCodingException notText) {
        refusal = Optional.of("expected UTF-8 text, got other bytes; save it as UTF-8");
      } catch (IOException unreadable) {
        refusal = Optional.of("expected a readable file, got " + unreadable + "; check its rights");
      }
    }
    refusal.ifPresent(what -> problems.add(Place.of(file.toString()), "", what));
    return Optional.empty();
  }

  private static Optional<String> refusal(Path file, String purpose) {
    if (!Files.exists(file)) {
      return Optional.of("expected a file, got no such file; check the path");
    }
    if (Files.isDirectory(file)) {
      return Optional.of("expected a file, got a directory; name the file in it");
    }
    if (!Files.isRegularFile(file)) {
      return Optional.of("expected a regular file, got a device or pipe; name a file");
    }
    long sizeBytes = file.toFile().length();
    if (sizeBytes == 0) {
      return Optional.of("expected " + purpose + ", got an empty file; write a map of keys");
    }
    if (sizeBytes > MAX_BYTES) {
      return Optional.of(
          "expected at most 1 MiB (" + MAX_BYTES + " bytes), got " + sizeBytes + "; wrong file?");
    }
    return Optional.empty();
  }

  private static String decode(byte[] bytes) throws CharacterCodingException {
    String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
  }
}
