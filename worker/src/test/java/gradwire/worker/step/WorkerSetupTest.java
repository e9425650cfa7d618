package gradwire.worker.step;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.cluster.TaskId;
import gradwire.config.ComputeChoice;
import gradwire.config.EngineChoice;
import gradwire.config.Training;
import gradwire.trace.Tracer;
import gradwire.worker.program.FlagValues;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class WorkerSetupTest {
  @Test
  void aWorkerThatUsesAGpuTakesTheOneOfItsIndex() {
    assertThat(setup(3, true).compute())
        .isEqualTo(new ComputeChoice(EngineChoice.AUTO, OptionalInt.of(3)));
    assertThat(setup(3, false).compute()).isEqualTo(ComputeChoice.cpu(EngineChoice.AUTO));
  }

  private static WorkerSetup setup(int worker, boolean useGpu) {
    return new WorkerSetup(
        TaskId.worker(worker),
        0,
        4,
        Training.DEFAULT,
        useGpu,
        new SmallProgram(1),
        FlagValues.of(List.of(), Map.of()),
        Path.of(""),
        new PrintStream(OutputStream.nullOutputStream()),
        Optional.empty(),
        Optional.empty(),
        Tracer.OFF);
  }
}
