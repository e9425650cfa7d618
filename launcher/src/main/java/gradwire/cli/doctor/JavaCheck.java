package gradwire.cli.doctor;

import java.io.File;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The JDK and the libraries. */
final class JavaCheck {
  private static final int FEATURE = 25;
  private static final List<String> LIBRARIES =
      List.of("grpc-netty", "protobuf-java", "deeplearning4j-nn", "nd4j-native");

  private JavaCheck() {}

  static Finding jdk() {
    String found =
        Runtime.version()
            + " ("
            + System.getProperty("java.vendor")
            + ") at "
            + System.getProperty("java.home");
    return Runtime.version().feature() == FEATURE
        ? Finding.ok("jdk", found)
        : Finding.fail("jdk", found, "install JDK 25, or set GRADWIRE_JAVA_HOME to one");
  }

  /** Read from the names of the jars. */
  static Finding versions(String classPath) {
    String found =
        LIBRARIES.stream()
            .map(library -> library + " " + version(library, classPath))
            .collect(Collectors.joining(", "));
    return found.contains(" missing")
        ? Finding.fail("libraries", found, "build again: remove examples/target and run gradwire")
        : Finding.ok("libraries", found);
  }

  static String version(String library, String classPath) {
    Pattern jar =
        Pattern.compile(
            "(?:^|.*[/\\\\])" + Pattern.quote(library) + "-(\\d[\\w.]*(?:-M[\\w.]+)?)\\.jar");
    for (String entry : classPath.split(File.pathSeparator)) {
      Matcher matcher = jar.matcher(entry);
      if (matcher.matches()) {
        return matcher.group(1);
      }
    }
    return "missing";
  }
}
