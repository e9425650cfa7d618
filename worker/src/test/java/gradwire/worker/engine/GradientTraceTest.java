package gradwire.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import gradwire.cluster.TaskId;
import gradwire.run.RunFolder;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.TensorSpec;
import gradwire.trace.Lane;
import gradwire.trace.Span;
import gradwire.trace.TraceFolder;
import gradwire.trace.Tracer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GradientTraceTest {
  private static final TaskId TASK = TaskId.worker(0);

  @TempDir Path root;

  @Test
  void aGradientIsRecordedLayerByLayer() throws IOException {
    TraceFolder trace = new TraceFolder(new RunFolder(root));
    trace.prepare();
    try (Tracer tracer = trace.tracer(TASK)) {
      Lane lane = tracer.lane("step");
      StepFlow pushing = new Pushing(lane);
      double loss =
          new GradientTrace(lane).computeGradient(new ThreeLayers(), batch(), 5, pushing, 7);
      assertThat(loss).isEqualTo(5);
    }
    trace.merge(List.of(TASK));
    assertThat(spans(trace.merged()))
        .containsExactly(
            "gradient step=7",
            "await weights layer=0",
            "forward layer=0",
            "await weights layer=1",
            "forward layer=1",
            "await weights layer=2",
            "forward+backward layer=2",
            "push server=0",
            "backward layer=1",
            "push server=0",
            "backward layer=0",
            "push server=0");
  }

  @Test
  void withoutATraceTheEngineIsHandedTheFlowItself() {
    List<StepFlow> seen = new ArrayList<>();
    StepFlow flow = new Pushing(Lane.OFF);
    new GradientTrace(Lane.OFF)
        .computeGradient(
            new ThreeLayers() {
              @Override
              public double computeGradient(Batch batch, long randomKey, StepFlow handed) {
                seen.add(handed);
                return 0;
              }
            },
            batch(),
            0,
            flow,
            0);
    assertThat(seen).containsExactly(flow);
  }

  private static List<String> spans(Path merged) throws IOException {
    JsonArray events =
        JsonParser.parseString(Files.readString(merged))
            .getAsJsonObject()
            .getAsJsonArray("traceEvents");
    List<String> spans = new ArrayList<>();
    for (JsonElement element : events) {
      JsonObject event = element.getAsJsonObject();
      if (event.get("ph").getAsString().equals("X")) {
        var detail = event.getAsJsonObject("args").entrySet().iterator().next();
        spans.add(
            event.get("name").getAsString() + " " + detail.getKey() + "=" + detail.getValue());
      }
    }
    return spans;
  }

  private static Batch batch() {
    FloatTensor tensor = FloatTensor.zeros(Arena.ofAuto(), 1, 1);
    return Batch.of(tensor, tensor);
  }

  /** Sends every piece at once. */
  private record Pushing(Lane lane) implements StepFlow {
    @Override
    public void awaitParameters(long begin, long length) {}

    @Override
    public void gradientReady(long begin, long length) {
      long begun = lane.begin();
      lane.end(Span.PUSH, begun, 0);
    }
  }

  /** Walks forward and back over three parameters; the loss is the random key. */
  private static class ThreeLayers implements ComputeEngine {
    private final MemorySegment memory = Arena.ofAuto().allocate(3 * Float.BYTES);

    @Override
    public FlatLayout layout() {
      return new FlatLayout(List.of(TensorSpec.weight("w", 3, 1)));
    }

    @Override
    public MemorySegment parameters() {
      return memory;
    }

    @Override
    public MemorySegment gradient() {
      return memory;
    }

    @Override
    public double computeGradient(Batch batch, long randomKey, StepFlow flow) {
      for (int i = 0; i < 3; i++) {
        flow.awaitParameters(i, 1);
      }
      for (int i = 2; i >= 0; i--) {
        flow.gradientReady(i, 1);
      }
      return randomKey;
    }

    @Override
    public List<FloatTensor> infer(Batch batch) {
      return List.of();
    }

    @Override
    public String backend() {
      return "none";
    }

    @Override
    public void close() {}
  }
}
