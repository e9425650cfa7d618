package gradwire.worker.step;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import gradwire.cluster.TaskId;
import gradwire.run.RunFolder;
import gradwire.trace.Flows;
import gradwire.trace.Lane;
import gradwire.trace.TraceFolder;
import gradwire.trace.Tracer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExchangeTraceTest {
  private static final TaskId TASK = TaskId.worker(3);

  @TempDir Path root;

  @Test
  void anArrowLeavesWithThePushesFirstPieceAndEndsOnce() throws IOException {
    List<String> events =
        recorded(
            trace -> {
              trace.pushEnds(1, trace.pushBegins(1, 8));
              trace.pushEnds(1, trace.pushBegins(1, 8));
              trace.answered(1);
              trace.answered(1);
            });
    String arrow = Long.toHexString(Flows.update(TASK.index(), 1, 8));
    assertThat(events).containsExactly("push", "s 0x" + arrow, "push", "f 0x" + arrow);
  }

  @Test
  void anAnswerToNoPushHasNoArrow() throws IOException {
    List<String> events =
        recorded(
            trace -> {
              long begun = trace.awaitBegins();
              trace.answered(0);
              trace.awaitEnds(begun);
            });
    assertThat(events).containsExactly("await weights");
  }

  @Test
  void withoutATraceNothingIsAllocatedOrTimed() {
    ExchangeTrace trace = new ExchangeTrace(Lane.OFF, 0, 1);
    assertThat(trace.pushBegins(0, 1)).isZero();
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    exchange(trace, 1_000);
    long before = threads.getCurrentThreadAllocatedBytes();
    exchange(trace, 100_000);
    long numBytes = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(numBytes).isLessThan(100_000); // the counter's own, far below one a step
  }

  private static void exchange(ExchangeTrace trace, int numSteps) {
    for (int step = 1; step <= numSteps; step++) {
      trace.pushEnds(0, trace.pushBegins(0, step));
      trace.awaitEnds(trace.awaitBegins());
      trace.answered(0);
    }
  }

  /** Names of spans, phases and ids of arrows, in the order of time. */
  private List<String> recorded(Consumer<ExchangeTrace> exchanges) throws IOException {
    TraceFolder folder = new TraceFolder(new RunFolder(root));
    folder.prepare();
    try (Tracer tracer = folder.tracer(TASK)) {
      exchanges.accept(new ExchangeTrace(tracer.lane("step"), TASK.index(), 2));
    }
    folder.merge(List.of(TASK));
    return events(folder.merged()).toList();
  }

  private static Stream<String> events(Path merged) throws IOException {
    return JsonParser.parseString(Files.readString(merged))
        .getAsJsonObject()
        .getAsJsonArray("traceEvents")
        .asList()
        .stream()
        .map(JsonElement::getAsJsonObject)
        .filter(event -> event.has("ts"))
        .map(
            event ->
                event.has("id")
                    ? event.get("ph").getAsString() + " " + event.get("id").getAsString()
                    : event.get("name").getAsString());
  }
}
