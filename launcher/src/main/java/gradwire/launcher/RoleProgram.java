package gradwire.launcher;

import gradwire.cluster.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a role's JVM runs. Immutable.
 *
 * @param mainClass its entry point
 * @param classPath a server's holds no engine: it starts in a blink
 * @param heapMebibytes largest Java heap; what is off the heap (tensors) comes on top
 * @param jvmFlags beside those that every role has
 * @param aotCache ahead-of-time cache of the JVM, used if present and still fitting
 */
public record RoleProgram(
    String mainClass,
    String classPath,
    int heapMebibytes,
    List<String> jvmFlags,
    Optional<Path> aotCache) {
  /** Optimizers' and layers' kernels; the JVM says so in a warning at the top of a task's log. */
  private static final List<String> KERNEL_FLAGS = List.of("--add-modules", "jdk.incubator.vector");

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
              SERVER_HEAP_MEBIBYTES,
              KERNEL_FLAGS);
      case WORKER ->
          described(
              "gradwire.worker.WorkerMain", "worker", own, WORKER_HEAP_MEBIBYTES, KERNEL_FLAGS);
    };
  }

  /** The same program with room for a bigger model. */
  public RoleProgram withHeapMebibytes(int mebibytes) {
    return new RoleProgram(mainClass, classPath, mebibytes, jvmFlags, aotCache);
  }

  private static RoleProgram described(
      String mainClass, String name, String classPath, int heapMebibytes, List<String> jvmFlags) {
    return new RoleProgram(
        mainClass,
        System.getProperty("gradwire.classpath." + name, classPath),
        heapMebibytes,
        jvmFlags,
        Optional.ofNullable(System.getProperty("gradwire.aot." + name))
            .map(Path::of)
            .filter(Files::isRegularFile));
  }
}
