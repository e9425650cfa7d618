package gradwire.launcher;

import gradwire.run.RunFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/** A launcher as a process of its own, to be killed. Its one argument is a prepared run folder. */
final class FakeLauncher {
  private FakeLauncher() {}

  /** Starts one in a JVM of its own. */
  static Process start(Path root) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            FakeLauncher.class.getName(),
            root.toString())
        .inheritIO()
        .start();
  }

  public static void main(String[] args) {
    LocalRun run = FakeRun.prepared(new RunFolder(Path.of(args[0])), Duration.ofMinutes(5));
    RunControl control = new RunControl();
    StopSignals.install(control);
    LocalLauncher launcher =
        new LocalLauncher(run, control, Patience.DEFAULT, () -> {}, InstantSource.system());
    System.exit(ExitCode.of(launcher.awaitResult().status()).code());
  }
}
