package gradwire.trace;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.cluster.TaskId;
import gradwire.run.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TraceFolderTest {
  private static final TaskId SERVER = TaskId.ps(0);
  private static final TaskId CHIEF = TaskId.worker(0);
  private static final TaskId OTHER = TaskId.worker(1);
  private static final List<TaskId> TASKS = List.of(SERVER, CHIEF, OTHER);

  @TempDir Path root;
  private TraceFolder trace = new TraceFolder(new RunFolder(Path.of("")));

  @BeforeEach
  void prepare() {
    trace = new TraceFolder(new RunFolder(root));
    trace.prepare();
  }

  @Test
  void stepsOfTwoWorkersBecomeOnePictureWithArrows() throws IOException {
    try (Tracer server = trace.tracer(SERVER);
        Tracer chief = trace.tracer(CHIEF);
        Tracer other = trace.tracer(OTHER)) {
      for (long step = 0; step < 3; step++) {
        exchange(chief.lane("step"), server.lane("from worker-0"), 0, step);
        exchange(other.lane("step"), server.lane("from worker-1"), 1, step);
      }
    }
    trace.merge(TASKS);
    TraceEvents merged = TraceEvents.read(trace.merged());
    merged.assertInOrderAndNested();
    merged.assertFlowsEnd();
    assertThat(merged.ofPhase("s")).hasSize(6);
    assertThat(merged.ofPhase("t")).hasSize(6);
    assertThat(merged.spans())
        .hasSize(4 * 6)
        .startsWith("ps-0/from worker-0 receive", "ps-0/from worker-0 apply")
        .endsWith("worker-1/step push", "worker-1/step await weights");
    assertThat(merged.other().get("tasks").getAsString()).isEqualTo("ps-0 worker-0 worker-1");
    assertThat(merged.other().get("droppedEvents").getAsLong()).isZero();
  }

  @Test
  void everyTasksOwnFileIsAPictureToo() throws IOException {
    try (Tracer server = trace.tracer(SERVER)) {
      Lane lane = server.lane("shard \"é\"");
      lane.end(Span.APPLY, lane.begin(), 4);
    }
    assertThat(TraceEvents.read(trace.file(SERVER)).spans())
        .containsExactly("ps-0/shard \"é\" apply");
  }

  @Test
  void anArrowThatNeverArrivesIsLeftOut() throws IOException {
    try (Tracer chief = trace.tracer(CHIEF);
        Tracer server = trace.tracer(SERVER)) {
      chief.lane("step").flowOut(Flows.update(0, 0, 1));
      server.lane("apply").flowThrough(Flows.update(0, 0, 1));
      server.lane("apply").flowIn(Flows.update(0, 0, 2));
      chief.lane("step").flowOut(Flows.update(0, 0, 3));
      chief.lane("step").flowIn(Flows.update(0, 0, 3));
    }
    trace.merge(TASKS);
    TraceEvents merged = TraceEvents.read(trace.merged());
    merged.assertFlowsEnd();
    assertThat(merged.ofPhase("s")).hasSize(1);
    assertThat(merged.ofPhase("t")).isEmpty();
  }

  @Test
  void aTaskThatLeftNothingIsMissingAndTheOthersAreThere() throws IOException {
    trace.tracer(OTHER).close();
    trace.merge(TASKS);
    assertThat(TraceEvents.read(trace.merged()).other().get("tasks").getAsString())
        .isEqualTo("worker-1");
  }

  @Test
  void aDamagedFileMeansNoPictureAndNoFailure() throws IOException {
    trace.tracer(CHIEF).close();
    String whole = Files.readString(trace.file(CHIEF));
    for (int length : new int[] {0, 1, whole.length() / 2, whole.length() - 4}) {
      Files.writeString(trace.file(CHIEF), whole.substring(0, length));
      trace.merge(TASKS);
      assertThat(trace.merged()).doesNotExist();
    }
  }

  @Test
  void withoutTheSwitchNothingIsRecordedAndNothingWritten(@TempDir Path plain) throws IOException {
    RunFolder run = new RunFolder(plain);
    assertThat(TraceFolder.tracer(Optional.of(run), CHIEF)).isSameAs(Tracer.OFF);
    assertThat(TraceFolder.tracer(Optional.empty(), CHIEF)).isSameAs(Tracer.OFF);
    Lane lane = Tracer.OFF.lane("step");
    lane.end(Span.PUSH, lane.begin(), 0);
    Tracer.OFF.close();
    new TraceFolder(run).merge(TASKS);
    try (var files = Files.list(plain)) {
      assertThat(files).isEmpty();
    }
  }

  private static void exchange(Lane worker, Lane server, int index, long step) {
    long id = Flows.update(index, 0, step);
    long pushed = worker.begin();
    worker.flowOut(id);
    long received = server.begin();
    worker.end(Span.PUSH, pushed, 0);
    long awaited = worker.begin();
    long applied = server.begin();
    server.flowThrough(id);
    server.end(Span.APPLY, applied, step);
    server.end(Span.RECEIVE, received, index);
    worker.flowIn(id);
    worker.end(Span.AWAIT_WEIGHTS, awaited, 0);
  }
}
