package gradwire.kernels.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import gradwire.cuda.testing.Tool;
import gradwire.kernels.code.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether the translations that are in the jar are those of the sources. */
final class KernelSourcesTest {
  private static final Pattern COMPILER = Pattern.compile("(?m)^// Cuda compilation tools.*$");

  @Test
  void theTranslationsAreThoseOfTheSources(@TempDir Path folder) throws IOException {
    assumeTrue(System.getProperty("gradwire.repository") != null, "the sources are not here");
    assumeTrue(Tool.isHere("nvcc"), "no nvcc: kernels.ptx is taken as it is");
    Path sources = Path.of(System.getProperty("gradwire.repository"), "kernels/src");
    Tool.run(List.of(sources.resolve("../build-kernels.sh").toString(), folder.toString()));
    Path committed = sources.resolve("main/resources/gradwire/kernels");
    assumeTrue(
        compiler(committed).equals(compiler(folder)),
        "another nvcc than the one that kernels.ptx is from");
    for (Image image : Image.values()) {
      assertThat(Files.mismatch(folder.resolve(image.file()), committed.resolve(image.file())))
          .as("%s is older than its sources: run kernels/build-kernels.sh", image.file())
          .isEqualTo(-1);
    }
  }

  private static String compiler(Path folder) throws IOException {
    String ptx = Files.readString(folder.resolve(Image.PTX.file()));
    return COMPILER.matcher(ptx).results().map(found -> found.group()).findFirst().orElse("");
  }
}
