package gradwire.systemtests;

import static java.util.Comparator.comparingLong;
import static org.assertj.core.api.Assertions.assertThat;

import gradwire.systemtests.Picture.Point;
import gradwire.systemtests.Picture.Span;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --set training.trace=true}: one picture of all tasks, whatever they run on. */
final class TraceTest {
  private static final int LENET_STEPS = 6;

  private static final String[] SETS = {
    "training.trace=true",
    "estimator.script_params.train_steps=20",
    "estimator.parameter_server_count=2",
    "estimator.worker_count=2"
  };

  @TempDir Path folder;

  @Test
  void processesLeaveOnePictureAndTheSummaryNamesIt() throws IOException {
    Path runDir = folder.resolve("run");
    try (Command command = Command.run(Repository.REFERENCE_JOB, runDir, SETS)) {
      assertThat(command.awaitExit()).as(command::said).isZero();
      assertThat(command.out())
          .contains("trace    " + runDir.resolve("trace.json") + " (open in ui.perfetto.dev");
    }
    Picture picture = picture(runDir);
    assertThat(picture.tasks()).containsExactly("ps-0", "ps-1", "worker-0", "worker-1");
    assertJoined(picture, 2);
    assertThat(picture.spans("receive")).isNotEmpty();
    assertThat(picture.spans("answer")).isNotEmpty();
  }

  @Test
  void threadsLeaveTheSame() throws IOException {
    Path runDir = folder.resolve("run");
    InProcessRun.succeeding(Repository.REFERENCE_JOB, runDir, SETS);
    Picture picture = picture(runDir);
    assertThat(picture.tasks()).containsExactly("ps-0", "ps-1", "worker-0", "worker-1");
    assertJoined(picture, 2);
  }

  @Test
  void aLargeGradientLeavesWhileTheRestIsBeingComputed() throws IOException {
    Path runDir = folder.resolve("run");
    try (Command command =
        Command.run(
            Repository.LENET_JOB,
            runDir,
            "training.trace=true",
            "training.evaluate_every_steps=3",
            "training.transport=uds",
            "estimator.script_params.train_steps=" + LENET_STEPS,
            "estimator.script_params.batch_size=16",
            "estimator.script_params.data_dir="
                + SmallMnist.write(folder.resolve("data"), 500, 100))) {
      assertThat(command.awaitExit()).as(command::said).isZero();
    }
    Picture picture = picture(runDir);
    assertJoined(picture, 1);
    List<Span> gradients = picture.spans("gradient");
    assertThat(gradients).hasSize(2 * LENET_STEPS);
    assertThat(gradients).allSatisfy(gradient -> assertOverlap(picture, gradient));
    assertThat(picture.spans("evaluate"))
        .isNotEmpty()
        .allMatch(span -> span.row().equals("worker-0/evaluation"));
  }

  private static Picture picture(Path runDir) throws IOException {
    return Picture.read(runDir.resolve("trace.json"));
  }

  /** Every push's arrow goes from the worker over the server and back, forward in time. */
  private static void assertJoined(Picture picture, int numServers) {
    picture.assertNested();
    int numPushes = numServers * picture.spans("gradient").size();
    assertThat(numPushes).isPositive();
    Collection<List<Point>> arrows = picture.arrows().values();
    assertThat(arrows).hasSize(numPushes);
    assertThat(arrows).allSatisfy(arrow -> assertWay(picture, arrow));
  }

  private static void assertWay(Picture picture, List<Point> arrow) {
    List<Point> inTime = arrow.stream().sorted(comparingLong(Point::atNanos)).toList();
    assertThat(inTime.stream().map(Point::phase).reduce("", String::concat)).matches("st+f");
    Point first = inTime.getFirst();
    Point last = inTime.getLast();
    assertThat(picture.spans("push")).anyMatch(span -> span.contains(first));
    assertThat(picture.spans("apply")).anyMatch(span -> span.contains(inTime.get(1)));
    assertThat(picture.spans("await weights")).anyMatch(span -> span.contains(last));
    assertThat(first.row()).startsWith("worker-").isEqualTo(last.row());
    assertThat(inTime.subList(1, inTime.size() - 1))
        .allMatch(point -> point.row().startsWith("ps"));
  }

  /** A piece of this step's gradient is gone before the last layer's turn. */
  private static void assertOverlap(Picture picture, Span gradient) {
    List<Span> pushes = picture.within(gradient, "push");
    List<Span> layers = picture.within(gradient, "backward");
    assertThat(pushes).hasSizeGreaterThan(1);
    assertThat(pushes.getFirst().endNanos()).isLessThan(layers.getLast().beginNanos());
    assertThat(picture.points())
        .filteredOn(point -> point.phase().equals("s") && pushes.getFirst().contains(point))
        .extracting(Point::sequence)
        .containsExactly(gradient.detail() + 1);
  }
}
