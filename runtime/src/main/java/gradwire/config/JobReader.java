package gradwire.config;

import gradwire.config.yaml.MapReader;
import gradwire.config.yaml.Problems;
import gradwire.config.yaml.Tree;
import gradwire.error.NearestWord;
import gradwire.error.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The job file's top level. Notes every problem; its result counts only if there is none. */
final class JobReader {
  private static final Set<String> LATER_TARGETS =
      Set.of("spark", "slurm", "yarn", "kubernetes", "ssh");

  private final Problems problems;
  private final List<String> warnings = new ArrayList<>();

  JobReader(Problems problems) {
    this.problems = problems;
  }

  JobFile read(Tree.Mapping root) {
    MapReader top = new MapReader(root, problems);
    String experiment = experiment(top);
    MapReader block = top.section("estimator");
    Estimator estimator = new EstimatorReader(block, warnings).read();
    Training training = new TrainingReader(top.section("training"), estimator.workerCount()).read();
    block.find("use_gpu").ifPresent(key -> checkGpu(key, estimator.useGpu(), training.engine()));
    ComputeTarget target = computeTarget(top);
    top.find("provenance");
    top.finish();
    problems.throwIfAny();
    return new JobFile(experiment, estimator, training, target);
  }

  /** What was accepted but has no effect. */
  List<String> warnings() {
    return List.copyOf(warnings);
  }

  private void checkGpu(Tree key, boolean useGpu, EngineChoice engine) {
    try {
      ComputeChoice _ = ComputeChoice.of(engine, useGpu, 0);
    } catch (UsageException refused) {
      problems.refused(key, refused);
    }
  }

  private String experiment(MapReader top) {
    if (top.find("experiment").isEmpty()) {
      top.missing("experiment", JobFile.EXPERIMENT_FORM, "add experiment: mnist");
      return "";
    }
    String name = top.text("experiment", JobFile.EXPERIMENT_FORM, "try mnist").orElse("mnist");
    if (!JobFile.isExperiment(name)) {
      top.wrong("experiment", JobFile.EXPERIMENT_FORM, "try mnist");
    }
    return name;
  }

  private ComputeTarget computeTarget(MapReader top) {
    List<String> known = List.of(ComputeTarget.LOCAL.text(), ComputeTarget.INPROCESS.text());
    String expected = String.join(" or ", known);
    ComputeTarget fallback = JobFile.DEFAULT_COMPUTE_TARGET;
    String name =
        top.text("compute_target", expected, "try " + fallback.text()).orElse(fallback.text());
    for (ComputeTarget target : ComputeTarget.values()) {
      if (target.text().equals(name)) {
        return target;
      }
    }
    top.wrong("compute_target", expected, targetRemedy(name, known));
    return fallback;
  }

  private static String targetRemedy(String name, List<String> known) {
    return LATER_TARGETS.contains(name)
        ? name + " is not in this version"
        : NearestWord.remedy(name, known, "try local");
  }
}
