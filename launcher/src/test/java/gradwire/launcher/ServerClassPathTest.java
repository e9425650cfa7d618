package gradwire.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ServerClassPathTest {
  @Test
  void enginesAndTheirNativeLibrariesAreLeftOutAndTheOrderStays() {
    assertThat(
            of(
                "/lib/app.jar",
                "/lib/nd4j-native-1.0.0-M2.1-linux-x86_64-onednn.jar",
                "/lib/grpc-core-1.85.1.jar",
                "/lib/openblas-0.3.19-1.5.7.jar",
                "/lib/deeplearning4j-nn-1.0.0-M2.1.jar",
                "/lib/gradwire-engine-dl4j-0.1.0.jar",
                "/lib/gradwire-ps-server-0.1.0.jar"))
        .containsExactly(
            "/lib/app.jar", "/lib/grpc-core-1.85.1.jar", "/lib/gradwire-ps-server-0.1.0.jar");
  }

  @Test
  void foldersStayWhateverTheirName() {
    assertThat(of("/home/nd4j-user/classes", "/home/nd4j-", "/home/nd4j-user/app.jar"))
        .containsExactly("/home/nd4j-user/classes", "/home/nd4j-", "/home/nd4j-user/app.jar");
  }

  private static List<String> of(String... entries) {
    return List.of(
        ServerClassPath.of(String.join(File.pathSeparator, entries)).split(File.pathSeparator));
  }
}
