package gradwire.launcher;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** What of a program's class path a parameter server needs: it computes no gradients. */
final class ServerClassPath {
  /** Beginnings of the names of jars that hold engines and their native libraries. */
  private static final List<String> ENGINES =
      List.of(
          "nd4j-",
          "deeplearning4j-",
          "javacpp-",
          "openblas-",
          "mkl-",
          "dnnl-",
          "gradwire-engine-",
          "gradwire-kernels-");

  private ServerClassPath() {}

  /**
   * {@code classPath} without the jars of compute engines. What can't be told apart (folders, a jar
   * of everything) stays: it costs a little time, not correctness.
   */
  static String of(String classPath) {
    return Arrays.stream(classPath.split(File.pathSeparator))
        .filter(entry -> ENGINES.stream().noneMatch(fileName(entry)::startsWith))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String fileName(String entry) {
    return entry.endsWith(".jar") ? String.valueOf(Path.of(entry).getFileName()) : "";
  }
}
