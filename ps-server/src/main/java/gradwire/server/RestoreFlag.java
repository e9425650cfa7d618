package gradwire.server;

import gradwire.cluster.RoleArguments;
import gradwire.error.Expect;
import gradwire.error.UsageException;
import gradwire.server.checkpoint.Checkpoint;
import gradwire.server.checkpoint.CheckpointFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * {@code --restore}: what a server begins with that no launcher has started. Immutable.
 *
 * @param given {@code latest}, or a checkpoint's folder; empty: begins with the first step
 * @param folder where this server saves
 * @param tidies whether this server puts aside what is newer, or of no use, for all of them
 */
record RestoreFlag(Optional<String> given, Optional<Path> folder, boolean tidies) {
  private static final String NAME = "restore";
  private static final String LATEST = "latest";

  /**
   * @throws UsageException if it is not for this server to say
   */
  static RestoreFlag of(RoleArguments arguments, Optional<Path> folder) {
    Optional<String> given = Optional.ofNullable(arguments.scriptParams().get(NAME));
    Expect.that(
        given.isEmpty() || arguments.runFolder().isEmpty(),
        "--restore",
        "no --run_folder, whose launcher says what its servers begin with",
        arguments.runFolder().map(Path::toString).orElse(""),
        "use gradwire resume");
    Expect.that(
        !given.equals(Optional.of(LATEST)) || folder.isPresent(),
        "--restore latest",
        "--checkpoint_dir, where to look for it",
        "none",
        "add --checkpoint_dir=DIR");
    return new RestoreFlag(given, folder, arguments.task().index() == 0);
  }

  /**
   * Reads every byte of it.
   *
   * @param report told of what is restored, and of what is refused
   * @throws UsageException if nothing is there that could be restored
   * @throws gradwire.error.GradwireException naming the file of the given one that is damaged
   */
  Optional<Checkpoint> find(Consumer<String> report) {
    Optional<Checkpoint> found =
        given.map(name -> name.equals(LATEST) ? latest(report) : sound(Path.of(name)));
    found.ifPresent(
        checkpoint -> {
          report.accept(
              "restores step " + checkpoint.manifest().step() + " from " + checkpoint.folder());
          if (tidies) {
            putAside(checkpoint);
          }
        });
    return found;
  }

  private static Checkpoint sound(Path folder) {
    Checkpoint checkpoint = Checkpoint.open(folder);
    checkpoint.requireSound();
    return checkpoint;
  }

  private Checkpoint latest(Consumer<String> report) {
    Path root = folder.orElseThrow();
    List<String> refused = new ArrayList<>();
    Optional<Checkpoint> newest =
        new CheckpointFolder(root).newest(any -> {}, (path, why) -> refused.add(why));
    refused.forEach(why -> report.accept("checkpoint refused: " + why));
    return newest.orElseThrow(
        () ->
            new UsageException(
                Expect.message(
                    "--restore latest",
                    "a whole checkpoint in " + root,
                    refused.isEmpty() ? "none" : refused.size() + " of no use",
                    "leave --restore out to begin with the first step")));
  }

  /** What is written from now on must not lie beside files of a history that does not count. */
  private void putAside(Checkpoint restored) {
    folder.map(CheckpointFolder::new).ifPresent(saved -> saved.setAsideBeyond(restored));
  }
}
