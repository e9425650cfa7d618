package gradwire.launcher;

import gradwire.cluster.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a role's JVM runs. Immutable.
 *
 * @param mainClass its entry point
 * @param classPath a server's holds no engine: it starts in a blink
 * @param heapMebibytes largest Java heap; what is off the heap (tensors) comes on top
 * @param aotCache ahead-of-time cache of the JVM, used if present and still fitting
 */
public record RoleProgram(
    String mainClass, String classPath, int heapMebibytes, Optional<Path> aotCache) {
  private static final int SERVER_HEAP_MEBIBYTES = 64;
  private static final int WORKER_HEAP_MEBIBYTES = 512;

  /**
   * The program of {@code role} as {@code ./gradwire} describes it in system properties; otherwise
   * on this JVM's own class path, a server's without engines.
   */
  public static RoleProgram of(Role role) {
    String own = System.getProperty("java.class.path", "");
    return switch (role) {
      case PS ->
          described(
              "gradwire.server.ParameterServerMain",
              "server",
              ServerClassPath.of(own),
              SERVER_HEAP_MEBIBYTES);
      case WORKER -> described("gradwire.worker.WorkerMain", "worker", own, WORKER_HEAP_MEBIBYTES);
    };
  }

  /** The same program with room for a bigger model. */
  public RoleProgram withHeapMebibytes(int mebibytes) {
    return new RoleProgram(mainClass, classPath, mebibytes, aotCache);
  }

  private static RoleProgram described(
      String mainClass, String name, String classPath, int heapMebibytes) {
    return new RoleProgram(
        mainClass,
        System.getProperty("gradwire.classpath." + name, classPath),
        heapMebibytes,
        Optional.ofNullable(System.getProperty("gradwire.aot." + name))
            .map(Path::of)
            .filter(Files::isRegularFile));
  }
}
