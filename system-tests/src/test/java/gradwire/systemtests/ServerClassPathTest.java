package gradwire.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A parameter server runs on a small box: no engine on its class path. */
final class ServerClassPathTest {
  @Test
  void noJarOfAServerIsAnEngines() {
    assertThat(Repository.serverJars())
        .extracting(jar -> jar.getFileName().toString())
        .isNotEmpty()
        .noneMatch(name -> name.matches(".*(nd4j|deeplearning4j|javacpp|openblas|mkl|cuda).*"))
        .noneMatch(
            name -> name.startsWith("gradwire-worker") || name.startsWith("gradwire-engine"));
  }

  @Test
  void aServersClassPathHoldsItsMainAndNoNd4j() throws IOException {
    URL[] urls = new URL[Repository.serverJars().size()];
    for (int i = 0; i < urls.length; i++) {
      Path jar = Repository.serverJars().get(i);
      urls[i] = jar.toUri().toURL();
    }
    try (URLClassLoader server = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader())) {
      assertThatCanLoad(server, "gradwire.server.ParameterServerMain");
      assertThatThrownBy(() -> server.loadClass("org.nd4j.linalg.factory.Nd4j"))
          .isInstanceOf(ClassNotFoundException.class);
    }
  }

  private static void assertThatCanLoad(ClassLoader loader, String name) {
    try {
      assertThat(loader.loadClass(name)).isNotNull();
    } catch (ClassNotFoundException e) {
      throw new AssertionError(name, e);
    }
  }
}
