package gradwire.kernels.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import gradwire.kernels.testing.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether the translation that is in the jar is that of the sources. */
final class KernelSourcesTest {
  private static final Pattern COMPILER = Pattern.compile("(?m)^// Cuda compilation tools.*$");

  @Test
  void theTranslationIsThatOfTheSources(@TempDir Path folder) throws IOException {
    assumeTrue(System.getProperty("gradwire.kernels.sources") != null, "the sources are not here");
    assumeTrue(Tool.isHere("nvcc"), "no nvcc: kernels.ptx is taken as it is");
    Path sources = Path.of(System.getProperty("gradwire.kernels.sources"));
    Path rebuilt = folder.resolve("kernels.ptx");
    Tool.run(List.of(sources.resolve("../build-ptx.sh").toString(), rebuilt.toString()));
    String committed =
        Files.readString(sources.resolve("main/resources/gradwire/kernels/kernels.ptx"));
    assumeTrue(
        compiler(committed).equals(compiler(Files.readString(rebuilt))),
        "another nvcc than the one that kernels.ptx is from");
    assertThat(Files.readString(rebuilt))
        .as("kernels.ptx is older than its sources: run kernels/build-ptx.sh")
        .isEqualTo(committed);
  }

  private static String compiler(String ptx) {
    return COMPILER.matcher(ptx).results().map(found -> found.group()).findFirst().orElse("");
  }
}
