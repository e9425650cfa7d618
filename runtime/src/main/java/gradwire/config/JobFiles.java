package gradwire.config;

import gradwire.config.yaml.Problems;
import gradwire.config.yaml.Tree;
import gradwire.config.yaml.YamlFile;
import gradwire.config.yaml.YamlText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads and writes job files: YAML, or a Batch AI {@code job.json}. Safe from any thread.
 *
 * <p>What is wrong is reported together, one line a problem, by a {@link
 * gradwire.error.UsageException}: place, dotted key, what was expected, what was got, what to do.
 */
public final class JobFiles {
  private static final String PURPOSE = "a job description";

  private JobFiles() {}

  /**
   * Reads a file, puts the overrides into it, then checks it.
   *
   * @param sets {@code KEY=VALUE} with dotted keys, VALUE in YAML; later ones win
   * @throws gradwire.error.UsageException listing all problems
   */
  public static JobFile load(Path file, List<String> sets) {
    return loadWithWarnings(file, sets).job();
  }

  /** As {@link #load}, with what was accepted but has no effect. */
  public static LoadedJob loadWithWarnings(Path file, List<String> sets) {
    return load(file, sets, System.getenv());
  }

  /** As {@link #load}, from text that messages call {@code name}. */
  public static JobFile parse(String name, String text) {
    return parse(name, text, List.of(), System.getenv()).job();
  }

  /**
   * The job as YAML, every default resolved; it parses back to an equal job.
   *
   * @param provenance written below a {@code provenance:} key, which loading ignores
   */
  public static String write(JobFile job, Map<String, String> provenance) {
    return JobWriter.write(job, provenance);
  }

  static LoadedJob load(Path file, List<String> sets, Map<String, String> environment) {
    Problems problems = new Problems();
    Optional<String> text = YamlFile.read(file, PURPOSE, problems);
    problems.throwIfAny();
    return parse(file.toString(), text.orElseThrow(), sets, environment);
  }

  static LoadedJob parse(
      String name, String text, List<String> sets, Map<String, String> environment) {
    Problems problems = new Problems();
    Optional<Tree.Mapping> root = YamlText.parseMap(name, PURPOSE, text, problems);
    if (root.isEmpty()) {
      problems.throwIfAny();
    }
    List<String> warnings = new ArrayList<>();
    Tree.Mapping written = root.orElseThrow();
    Tree.Mapping ours =
        BatchAiJob.recognises(written)
            ? new BatchAiJob(written, environment, problems, warnings).translate()
            : written;
    JobReader reader = new JobReader(problems);
    JobFile job = reader.read(Overrides.apply(ours, sets, problems));
    warnings.addAll(reader.warnings());
    return new LoadedJob(job, warnings);
  }
}
