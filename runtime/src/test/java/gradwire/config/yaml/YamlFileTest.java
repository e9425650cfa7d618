package gradwire.config.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import gradwire.error.UsageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class YamlFileTest {
  @TempDir private Path folder;

  @Test
  void aMissingFileIsRefused() {
    refused(folder.resolve("none.yaml"), "expected a file, got no such file; check the path");
  }

  @Test
  void aDirectoryIsRefused() {
    refused(folder, "expected a file, got a directory; name the file in it");
  }

  @Test
  void anEmptyFileIsRefused() throws IOException {
    refused(write(new byte[0]), "expected a job, got an empty file; write a map of keys");
  }

  @Test
  void aHugeFileIsRefusedUnread() throws IOException {
    refused(
        write(new byte[(1 << 20) + 1]),
        "expected at most 1 MiB (1048576 bytes), got 1048577; wrong file?");
  }

  @Test
  void bytesThatAreNoTextAreRefused() throws IOException {
    refused(
        write(new byte[] {'a', (byte) 0xFF}),
        "expected UTF-8 text, got other bytes; save it as UTF-8");
  }

  @Test
  void aDeviceIsRefused() {
    refused(Path.of("/dev/null"), "expected a regular file, got a device or pipe; name a file");
  }

  @Test
  void aByteOrderMarkIsDropped() throws IOException {
    Path file = write("\uFEFFa: é".getBytes(StandardCharsets.UTF_8));

    assertThat(YamlFile.read(file, "a job", new Problems())).contains("a: é");
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("job.yaml"), bytes);
  }

  private static void refused(Path file, String what) {
    Problems problems = new Problems();

    assertThat(YamlFile.read(file, "a job", problems)).isEmpty();
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(problems::throwIfAny)
        .withMessage(file + ": " + what);
  }
}
