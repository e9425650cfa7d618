package gradwire.worker.step;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.cluster.TaskId;
import gradwire.config.ComputeChoice;
import gradwire.config.Consistency;
import gradwire.config.EngineChoice;
import gradwire.config.Training;
import gradwire.run.UpdateLedger;
import gradwire.trace.Lane;
import gradwire.worker.engine.ComputeEngine;
import gradwire.worker.program.FlagValues;
import gradwire.worker.program.ProgramContext;
import gradwire.worker.program.TrainingTask;
import gradwire.worker.step.MortalServer.Fate;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

final class StepExchangeTest {
  private static final Consistency SYNC = new Consistency.Sync(OptionalInt.empty());
  private static final long NUM_STEPS = 5;
  private static final long NANOS_A_CALL = 1_000_000;

  /** Whoever waits for a server that is started again is no straggler. */
  @Test
  void timeThatPassesInCallsToServersIsNotComputing() {
    Fate well = new Fate(Integer.MAX_VALUE, false);
    AtomicLong looks = new AtomicLong();
    LongSupplier nanoTime = () -> well.calls() * NANOS_A_CALL + looks.incrementAndGet();
    try (TrainingTask task = new SmallProgram(NUM_STEPS).create(context());
        ReplicaSession session = chief(task, well)) {
      HeldReplicas replicas = new HeldReplicas(List.of(session), true);
      var unused = replicas.pull(OptionalLong.empty());
      StepExchange exchange = new StepExchange(task.engine(), replicas, Lane.OFF, nanoTime);
      for (long step = 0; step < NUM_STEPS; step++) {
        int before = well.calls();
        double loss = exchange.run(session, task.batches().next(0, step), 0);
        assertThat(loss).isEqualTo(step);
        assertThat(well.calls()).isGreaterThan(before);
        assertThat(exchange.computeNanos()).isBetween(1L, NANOS_A_CALL - 1);
      }
    }
  }

  private static ReplicaSession chief(TrainingTask task, Fate fate) {
    ComputeEngine engine = task.engine();
    ServerGroup servers =
        new ServerGroup(
            List.of(new MortalServer(fate).connect(), new MortalServer(fate).connect()),
            engine.layout(),
            SYNC,
            0,
            0,
            new HeldSteps(),
            ServerGroup.Vectors.of(engine),
            true,
            Lane.OFF);
    ServerGroup.Joined joined =
        servers.openAsChief(
            1,
            new ServerGroup.Settings(
                task.optimizer(), SYNC, NUM_STEPS, Training.DEFAULT.checkpoint()),
            engine::parameters);
    StepCounters counters = new StepCounters(InstantSource.system(), UpdateLedger.inMemory());
    return new ReplicaSession(0, engine, servers, counters, Optional.empty(), joined);
  }

  private static ProgramContext context() {
    return new ProgramContext(
        TaskId.worker(0),
        1,
        1,
        42,
        ComputeChoice.cpu(EngineChoice.AUTO),
        FlagValues.of(List.of(), Map.of()),
        Path.of(""),
        new PrintStream(OutputStream.nullOutputStream()));
  }
}
