package gradwire.launcher;

import gradwire.cluster.TaskId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How a task's JVM is started. */
final class RoleCommand {
  /** What ND4J, off-heap memory and a small machine want; a second JVM must not grab them all. */
  private static final List<String> JVM_FLAGS =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-XX:+UseSerialGC",
          "-XX:-UsePerfData",
          // Netty's search for leaked buffers takes a twentieth of a transfer's time.
          "-Dio.netty.leakDetection.level=disabled",
          "-XX:+ExitOnOutOfMemoryError",
          // A short job ends before C2's code pays; loops and what is really hot still get there.
          "-XX:Tier4InvocationThreshold=20000",
          "-XX:Tier4CompileThreshold=40000");

  /** A line of a task's log begins with its time, as one of the launcher's own log does. */
  private static final List<String> LOG_FLAGS =
      List.of(
          "-Dorg.slf4j.simpleLogger.showDateTime=true",
          "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
          "-Dorg.slf4j.simpleLogger.showThreadName=false",
          "-Dorg.slf4j.simpleLogger.showShortLogName=true");

  /** One core per task: two OpenMP threads on shared cores collapse. A user's own value stands. */
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "OMP_NUM_THREADS", "1",
          "OMP_WAIT_POLICY", "passive",
          "OPENBLAS_NUM_THREADS", "1");

  private RoleCommand() {}

  /** Standard input is a pipe; what the task prints goes straight to the end of its log. */
  static ProcessBuilder of(LocalRun run, TaskId task, int incarnation) {
    ProcessBuilder builder = new ProcessBuilder(words(run, task, incarnation));
    ENVIRONMENT.forEach(builder.environment()::putIfAbsent);
    return builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(run.folder().log(task).toFile()));
  }

  private static List<String> words(LocalRun run, TaskId task, int incarnation) {
    RoleProgram program = run.program(task.role());
    Path folder = run.folder().root().toAbsolutePath();
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(JVM_FLAGS);
    words.addAll(LOG_FLAGS);
    words.add("-Xmx" + program.heapMebibytes() + "m");
    words.add("-XX:ErrorFile=" + folder.resolve("crash-" + task.name() + ".txt"));
    words.addAll(aotFlags(program, task));
    String home = System.getProperty("gradwire.home");
    if (home != null) {
      words.add("-Dgradwire.home=" + home);
    }
    words.addAll(List.of("-cp", program.classPath(), program.mainClass()));
    words.addAll(arguments(folder, task, incarnation));
    return words;
  }

  private static List<String> arguments(Path folder, TaskId task, int incarnation) {
    return List.of(
        "--run_folder=" + folder,
        "--supervised",
        "--job_name=" + task.role().jobName(),
        "--task_index=" + task.index(),
        "--incarnation=" + incarnation);
  }

  /** A cache that no longer fits is passed over in silence: it costs time, not correctness. */
  private static List<String> aotFlags(RoleProgram program, TaskId task) {
    String recordings = System.getProperty("gradwire.aot.record");
    if (recordings != null) {
      return task.index() == 0
          ? List.of("-XX:AOTCacheOutput=" + Path.of(recordings, task.role().jobName() + ".aot"))
          : List.of();
    }
    return program
        .aotCache()
        .map(cache -> List.of("-XX:AOTCache=" + cache, "-Xlog:aot=off", "-Xlog:cds=off"))
        .orElse(List.of());
  }
}
