package gradwire.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Whether the library that is in the jar is that of the sources, and loads. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
final class CpuLibraryTest {
  @Test
  void theLibraryIsThatOfTheSources() throws Throwable {
    assumeTrue(CpuLibrary.missing().isEmpty(), () -> CpuLibrary.missing().orElse(""));
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (Path source : sources()) {
      digest.update(Files.readAllBytes(source));
    }
    assertThat(CpuLibrary.sources())
        .as("the library is older than its sources: run cpu/build-library.sh")
        .isEqualTo(HexFormat.of().formatHex(digest.digest()));
  }

  /** As the shell's {@code *.c *.h} has them. */
  private static List<Path> sources() throws IOException {
    Path folder = Path.of(System.getProperty("gradwire.cpu.folder"), "src/main/c");
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> sorted = files.sorted().toList();
      return Stream.concat(
              sorted.stream().filter(it -> it.toString().endsWith(".c")),
              sorted.stream().filter(it -> it.toString().endsWith(".h")))
          .toList();
    }
  }

  @Test
  void itLoadsWhereTheProcessorCanRunIt() throws IOException {
    String flags = Files.readString(Path.of("/proc/cpuinfo"));
    boolean wide =
        Stream.of("avx512f", "avx512vl", "avx512dq", "avx512bw").allMatch(flags::contains);
    assumeTrue(flags.contains(" avx2 ") && flags.contains(" fma "), "an older processor");
    assertThat(CpuLibrary.missing()).isEmpty();
    assertThat(CpuLibrary.level()).isEqualTo(wide ? "avx512" : "avx2");
  }
}
