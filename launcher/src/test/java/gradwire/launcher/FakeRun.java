package gradwire.launcher;

import gradwire.cluster.TaskId;
import gradwire.run.RunFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** A run of one server and two workers that are {@link FakeRole}s. */
final class FakeRun {
  static final TaskId SERVER = TaskId.ps(0);
  static final TaskId CHIEF = TaskId.worker(0);
  static final TaskId OTHER = TaskId.worker(1);

  private FakeRun() {}

  static LocalRun of(
      Path root, FakeRole.Behaviour server, FakeRole.Behaviour chief, FakeRole.Behaviour other)
      throws IOException {
    RunFolder folder = new RunFolder(root);
    FakeRole.prepare(folder, SERVER, server);
    FakeRole.prepare(folder, CHIEF, chief);
    FakeRole.prepare(folder, OTHER, other);
    return prepared(folder, Duration.ofMinutes(5));
  }

  static LocalRun prepared(RunFolder folder, Duration maxRunDuration) {
    RoleProgram program =
        new RoleProgram(
            FakeRole.class.getName(), System.getProperty("java.class.path"), 32, Optional.empty());
    return new LocalRun(
        folder,
        "fake",
        1,
        2,
        maxRunDuration,
        OptionalLong.of(20),
        Optional.empty(),
        program,
        program,
        Instant.now());
  }
}
