package gradwire.cli;

import gradwire.error.GradwireException;
import gradwire.error.UsageException;
import gradwire.run.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The runs below one folder.
 *
 * @param runs holds {@code <experiment>/<run-id>}; need not exist
 */
record RunHistory(Path runs) {
  /** Run ids begin with their start time, so their order is the order of starts. */
  List<PastRun> newestFirst() {
    return folders(runs).stream()
        .flatMap(experiment -> folders(experiment).stream())
        .map(root -> new PastRun(new RunFolder(root)))
        .sorted(Comparator.comparing((PastRun run) -> run.folder().id()).reversed())
        .toList();
  }

  /**
   * The one run that the user means.
   *
   * @param reference id, prefix of an id, experiment/id, path, or {@code last}
   * @throws UsageException if none or several fit
   */
  PastRun find(String reference) {
    List<PastRun> all = newestFirst();
    if (reference.equals("last") && !all.isEmpty()) {
      return all.getFirst();
    }
    Path path = Path.of(reference);
    if (Files.isDirectory(path) && isRunFolder(new RunFolder(path))) {
      return new PastRun(new RunFolder(path));
    }
    List<PastRun> exact = matching(all, name -> name.equals(reference));
    return only(
        exact.isEmpty() ? matching(all, name -> name.startsWith(reference)) : exact, reference);
  }

  private static List<PastRun> matching(List<PastRun> runs, Predicate<String> fits) {
    return runs.stream()
        .filter(run -> fits.test(run.folder().id()) || fits.test(run.name()))
        .toList();
  }

  private PastRun only(List<PastRun> fitting, String reference) {
    return switch (fitting.size()) {
      case 1 -> fitting.getFirst();
      case 0 ->
          throw new UsageException(
              "run '"
                  + reference
                  + "': expected an id, a prefix of one, a path or 'last', got no match in "
                  + runs
                  + "; see: gradwire runs list");
      default ->
          throw new UsageException(
              "run '"
                  + reference
                  + "': expected one run, got "
                  + fitting.stream().map(PastRun::name).collect(Collectors.joining(", "))
                  + "; write more of the id");
    };
  }

  private static boolean isRunFolder(RunFolder folder) {
    return Files.exists(folder.job())
        || Files.exists(folder.result())
        || Files.exists(folder.root().resolve("launcher.pid"));
  }

  private static List<Path> folders(Path parent) {
    if (!Files.isDirectory(parent)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(parent)) {
      return entries.filter(Files::isDirectory).toList();
    } catch (IOException e) {
      throw new GradwireException(parent + ": expected a readable folder, got " + e, e);
    }
  }
}
