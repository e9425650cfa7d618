package gradwire.chaos;

import gradwire.run.RunFolder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code gradwire run} and {@code gradwire resume} in a JVM like this one: same Java, same flags,
 * same class path.
 *
 * @param mainClass the command line's
 * @param job the job file
 * @param settings {@code --set}
 * @param folder new and empty
 * @param output holds what the latest launcher prints
 */
public record ChildLaunches(
    String mainClass, Path job, List<String> settings, RunFolder folder, Path output)
    implements Launches {
  /** Flags of this process that would mislead another. */
  private static final List<String> NOT_INHERITED =
      List.of("-Dgradwire.launchedAt=", "-XX:AOTCacheOutput=", "-agentlib:", "-javaagent:");

  public ChildLaunches {
    settings = List.copyOf(settings);
  }

  @Override
  public Process launch() throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("run", job.toString(), "--run-dir", folder.root().toString()));
    settings.forEach(setting -> arguments.addAll(List.of("--set", setting)));
    return start(arguments);
  }

  @Override
  public Process resume() throws IOException {
    return start(List.of("resume", folder.root().toString()));
  }

  @Override
  public String said() {
    try {
      return Files.readString(output).strip();
    } catch (IOException nothing) {
      return "";
    }
  }

  private Process start(List<String> arguments) throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> NOT_INHERITED.stream().noneMatch(flag::startsWith))
        .forEach(words::add);
    words.addAll(List.of("-cp", System.getProperty("java.class.path", ""), mainClass));
    words.addAll(arguments);
    words.add("--quiet");
    return new ProcessBuilder(words)
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }
}
