package gradwire.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A worker's log, read as the reference script's output. */
final class ReferenceOutput {
  private static final String TIME = "\\d{10}\\.\\d{6}";

  private static final Pattern STEP =
      Pattern.compile(
          TIME + ": Worker (\\d+): training step (\\d+) done \\(global step: (\\d+)\\)");

  /** What a log holds besides: the libraries' own words before the first line. */
  private static final Pattern OURS =
      Pattern.compile(
          "Extracting |job name =|task index =|Worker \\d|Training |After |" + TIME + ": Worker ");

  private final int worker;
  private final int trainSteps;
  private final List<String> lines;
  private final List<Long> globalSteps = new ArrayList<>();

  private ReferenceOutput(int worker, int trainSteps, String log) {
    this.worker = worker;
    this.trainSteps = trainSteps;
    this.lines = log.lines().filter(line -> OURS.matcher(line).lookingAt()).toList();
  }

  /** Asserts every line and their order; returns the global steps that the worker printed. */
  static List<Long> check(int worker, int trainSteps, String log) {
    ReferenceOutput output = new ReferenceOutput(worker, trainSteps, log);
    output.check();
    return output.globalSteps;
  }

  private void check() {
    int head = checkHead();
    int tail = lines.size() - 3;
    for (int i = head; i < tail; i++) {
      checkStep(lines.get(i), i - head + 1);
    }
    assertThat(globalSteps).isSorted().doesNotHaveDuplicates();
    assertThat(lines.get(tail)).matches("Training ends @ " + TIME);
    assertThat(lines.get(tail + 1)).matches("Training elapsed time: \\d+\\.\\d{6} s");
    assertThat(lines.get(tail + 2))
        .matches(
            "After " + trainSteps + " training step\\(s\\), validation cross entropy = [\\d.]+");
  }

  /** Returns how many lines come before the first step. */
  private int checkHead() {
    List<String> expected =
        List.of(
            "Extracting .*train-images-idx3-ubyte(\\.gz)?",
            "Extracting .*train-labels-idx1-ubyte(\\.gz)?",
            "Extracting .*t10k-images-idx3-ubyte(\\.gz)?",
            "Extracting .*t10k-labels-idx1-ubyte(\\.gz)?",
            "job name = worker",
            "task index = " + worker,
            worker == 0
                ? "Worker 0: Initializing session\\.\\.\\."
                : "Worker " + worker + ": Waiting for session to be initialized\\.\\.\\.",
            "Worker " + worker + ": Session initialization complete\\.",
            "Training begins @ " + TIME);
    assertThat(lines).hasSizeGreaterThan(expected.size() + 3);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(lines.get(i)).matches(expected.get(i));
    }
    return expected.size();
  }

  private void checkStep(String line, int localStep) {
    Matcher step = STEP.matcher(line);
    assertThat(step.matches()).as(line).isTrue();
    assertThat(Integer.parseInt(step.group(1))).as(line).isEqualTo(worker);
    assertThat(Integer.parseInt(step.group(2))).as(line).isEqualTo(localStep);
    globalSteps.add(Long.parseLong(step.group(3)));
  }
}
