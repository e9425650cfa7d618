package gradwire.bench.harness;

import gradwire.error.GradwireException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A JVM of our own class path that lives no longer than we do: it watches its standard input, which
 * ends when we do, however we end. Lines go both ways; its errors go where ours go. One thread.
 */
public final class Child implements AutoCloseable {
  private static final long CLOSE_WITHIN_SECONDS = 5;

  private final Process process;
  private final String name;
  private final Writer toChild;
  private final BufferedReader fromChild;

  /**
   * @param jvmOptions beside those that native access takes
   */
  public Child(Class<?> main, List<String> jvmOptions, List<String> arguments) {
    this.name = main.getSimpleName();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dio.netty.leakDetection.level=disabled",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData"));
    command.addAll(PassedOn.options());
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    try {
      process = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    toChild = process.outputWriter(StandardCharsets.UTF_8);
    fromChild = process.inputReader(StandardCharsets.UTF_8);
  }

  public long pid() {
    return process.pid();
  }

  /** Sends a line and waits for the one that answers it. */
  public String ask(String line) {
    try {
      toChild.write(line + "\n");
      toChild.flush();
    } catch (IOException e) {
      throw new GradwireException(name + ": ended before it was told: " + line, e);
    }
    String answer = awaitLine();
    if (answer == null) {
      throw new GradwireException(name + ": ended instead of answering: " + line);
    }
    return answer;
  }

  /** The child's next line, null when it has closed its output. */
  public @Nullable String awaitLine() {
    try {
      return fromChild.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for its end. */
  public int awaitExit() {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GradwireException(name + ": interrupted", e);
    }
  }

  /** In a child: ends the process, and all that it started, at the end of standard input. */
  public static void endWithParent() {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Thread.ofPlatform()
        .daemon()
        .name("end-with-parent")
        .start(
            () -> {
              try {
                while (in.readLine() != null) {
                  // Nothing is said to this child.
                }
              } catch (IOException brokenPipe) {
                // As good as its end.
              }
              endDescendants();
              Runtime.getRuntime().halt(1);
            });
  }

  /** Ends all that this process has started, at once. */
  public static void endDescendants() {
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
  }

  /** Ends it: by closing its input, by force if that is not enough. */
  @Override
  public void close() {
    try {
      toChild.close();
      if (!process.waitFor(CLOSE_WITHIN_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
