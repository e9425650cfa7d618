package gradwire.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.GradwireException;
import gradwire.server.LocalServer.Line;
import gradwire.server.LocalServer.Transport;
import gradwire.transport.OpenRequest;
import gradwire.transport.Outcome;
import gradwire.transport.Push;
import gradwire.transport.Weights;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A real server and real lines to it: over gRPC on the loopback, and within the JVM. */
@ParameterizedClass
@EnumSource(Transport.class)
final class ConnectionTest {
  private final Transport transport;
  private final LocalServer server;

  ConnectionTest(Transport transport) {
    this.transport = transport;
    this.server = new LocalServer(transport);
  }

  @AfterEach
  void close() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 79_510, 262_144, 700_001})
  void aPushAndAPullCarryTheExactBits(int numFloats) {
    MemorySegment initial = Jobs.random(numFloats, 1);
    MemorySegment gradient = Jobs.random(numFloats, 2);
    MemorySegment weights = Jobs.zeros(numFloats);
    try (Line line = server.connect(0, LocalServer.LONG)) {
      assertThat(line.open(1, Jobs.settings(Jobs.ASYNC, numFloats)).initialized()).isFalse();
      line.connection().initialize(initial);
      line.connection().pull(weights);
      assertThat(line.connection().awaitWeights()).isEqualTo(new Weights(Outcome.NONE, 0, 1000));
      assertThat(weights.mismatch(initial)).isEqualTo(-1);

      Weights reply = line.step(1, 0, gradient, weights);

      assertThat(reply).isEqualTo(new Weights(Outcome.APPLIED, 1, 1000));
      float[] expected = Jobs.floats(initial);
      float[] subtracted = Jobs.floats(gradient);
      for (int i = 0; i < numFloats; i++) {
        expected[i] -= subtracted[i];
      }
      assertThat(Jobs.floats(weights)).isEqualTo(expected);
      assertThat(line.connection().leave().applied()).isEqualTo(1);
    }
  }

  @Test
  void anEmptyShardTakesPushesAndPullsToo() {
    try (Line line = server.connect(0, LocalServer.LONG)) {
      var settings = Jobs.settings(Jobs.SYNC, 1).orElseThrow();
      var empty =
          new gradwire.transport.ShardSettings(
              new gradwire.cluster.ShardMap.Shard(1, 1, 0, java.util.List.of()),
              2,
              settings.optimizer(),
              settings.consistency(),
              1000,
              settings.checkpoint());
      line.open(1, Optional.of(empty));
      line.connection().initialize(Jobs.zeros(0));

      assertThat(line.step(1, 0, Jobs.zeros(0), Jobs.zeros(0)).step()).isEqualTo(1);
      line.connection().leave();
    }
  }

  @Test
  void manyStepsOfTwoWorkersStayInStep() {
    try (Line chief = opened(0, 2, 1021);
        Line other = opened(1, 2, 1021)) {
      MemorySegment gradient = Jobs.random(1021, 3);
      MemorySegment weights = Jobs.zeros(1021);
      MemorySegment others = Jobs.zeros(1021);
      for (int step = 0; step < 200; step++) {
        chief.connection().push(new Push(0, 0, step + 1, step), gradient, weights);
        assertThat(other.step(step + 1, step, gradient, others).step()).isEqualTo(step + 1);
        assertThat(chief.connection().awaitWeights().step()).isEqualTo(step + 1);
        assertThat(weights.mismatch(others)).isEqualTo(-1);
      }
      other.connection().leave();
      chief.connection().awaitOthers();
      assertThat(chief.connection().leave().applied()).isEqualTo(200);
    }
  }

  @Test
  void aWrongLengthIsRefusedByName() {
    for (int got : new int[] {4, 300_000}) {
      try (LocalServer fresh = new LocalServer(transport);
          Line line = fresh.connect(0, LocalServer.LONG)) {
        line.open(1, Jobs.settings(Jobs.SYNC, 5));
        line.connection().initialize(Jobs.zeros(5));
        assertThatThrownBy(() -> line.step(1, 0, Jobs.zeros(got), Jobs.zeros(got)))
            .isInstanceOf(GradwireException.class)
            .hasMessageContaining("worker-0")
            .hasMessageContaining("expected 5 floats, got " + got + "; all tasks must run");
      }
    }
  }

  @Test
  void aDuplicateIsAnsweredAndNotAppliedTwiceAndAGapRefused() {
    try (Line line = opened(0, 1, 1)) {
      MemorySegment weights = Jobs.zeros(1);
      MemorySegment gradient = Jobs.random(1, 4);
      line.step(1, 0, gradient, weights);
      float once = Jobs.floats(weights)[0];

      assertThat(line.step(1, 0, gradient, weights).outcome()).isEqualTo(Outcome.APPLIED);
      assertThat(Jobs.floats(weights)).containsExactly(once);
      assertThatThrownBy(() -> line.step(5, 1, gradient, weights))
          .hasMessageContaining("worker-0 push 5 at step 1: expected push 2 of this worker next");
    }
  }

  @Test
  void anOlderLineOfTheSameIncarnationIsFencedOff() {
    try (Line old = opened(0, 1, 1);
        Line young = server.connect(0, LocalServer.LONG)) {
      old.step(1, 0, Jobs.zeros(1), Jobs.zeros(1));
      OpenRequest again =
          new OpenRequest(0, 1, 0, 7, Jobs.settings(Jobs.SYNC, 1), Optional.empty()).over(1);
      assertThat(young.connection().open(again).sequence()).isEqualTo(1);

      assertThatThrownBy(() -> old.step(2, 1, Jobs.zeros(1), Jobs.zeros(1)))
          .isInstanceOf(GradwireException.class)
          .hasMessageContaining("worker-0: expected it on its line 1, got a message over line 0");
      young.connection().push(new Push(0, 0, 2, 1), Jobs.zeros(1), Jobs.zeros(1));
      assertThat(young.connection().awaitWeights().outcome()).isEqualTo(Outcome.APPLIED);
      young.connection().leave();
    }
  }

  @Test
  void aStaleIncarnationIsFencedOff() {
    try (Line old = opened(0, 1, 1);
        Line young = server.connect(0, LocalServer.LONG)) {
      assertThat(
              young
                  .connection()
                  .open(new OpenRequest(0, 1, 1, 7, Jobs.settings(Jobs.SYNC, 1), Optional.empty()))
                  .initialized())
          .isTrue();

      assertThatThrownBy(() -> old.step(1, 0, Jobs.zeros(1), Jobs.zeros(1)))
          .hasMessageContaining(
              "worker-0 incarnation 0: expected incarnation 1; another has taken");
      young.connection().push(new Push(0, 1, 1, 0), Jobs.zeros(1), Jobs.zeros(1));
      assertThat(young.connection().awaitWeights().outcome()).isEqualTo(Outcome.APPLIED);
      young.connection().leave();
    }
  }

  @Test
  void aWorkerWaitsForTheChiefAndSaysSo() {
    try (Line early = server.connect(1, LocalServer.SHORT)) {
      assertThatThrownBy(() -> early.open(2, Optional.empty()))
          .hasMessageStartingWith("ps-0")
          .hasMessageContaining("waited 1 s for it to let this worker in (has worker-0 started?");
    }
    try (Line chief = opened(0, 2, 1);
        Line patient = server.connect(1, LocalServer.LONG)) {
      assertThat(patient.open(2, Optional.empty()).initialized()).isTrue();
      patient.connection().leave();
      chief.connection().leave();
    }
  }

  @Test
  void whoeverDisagreesWithTheChiefIsRefused() {
    try (Line chief = opened(0, 2, 1);
        Line other = server.connect(1, LocalServer.LONG)) {
      assertThatThrownBy(() -> other.open(3, Optional.empty()))
          .hasMessageContaining("worker-1: expected 2 workers as the chief said, got 3");
      assertThatThrownBy(
              () ->
                  other
                      .connection()
                      .open(new OpenRequest(1, 2, 0, 8, Optional.empty(), Optional.empty())))
          .hasMessageContaining("worker-1: expected the chief's tensors");
      chief.connection().leave();
    }
  }

  @Test
  void aWaitThatIsTooLongNamesWhatWasAwaited() {
    try (Line chief = server.connect(0, LocalServer.SHORT)) {
      chief.open(2, Jobs.settings(Jobs.SYNC, 1));
      chief.connection().initialize(Jobs.zeros(1));
      assertThatThrownBy(() -> chief.step(1, 0, Jobs.zeros(1), Jobs.zeros(1)))
          .hasMessageStartingWith("ps-0")
          .hasMessageContaining(
              "waited 1 s for it to answer with weights (the other workers' gradients?)");
      assertThatThrownBy(() -> chief.connection().awaitOthers())
          .hasMessageContaining("waited 1 s for it to see the other workers leave");
    }
  }

  @Test
  void aLostWorkerIsNamedToTheOthersAtOnce() {
    try (Line chief = opened(0, 2, 1)) {
      Line other = opened(1, 2, 1);
      chief.connection().push(new Push(0, 0, 1, 0), Jobs.zeros(1), Jobs.zeros(1));
      other.connection().pull(Jobs.zeros(1));
      other.connection().awaitWeights();
      other.close();

      assertThatThrownBy(() -> chief.connection().awaitWeights())
          .hasMessageContaining("worker-1: lost at step 0 (connection ended without leaving")
          .hasMessageContaining("see its log");
    }
  }

  @Test
  void anInterruptedWaitSaysSo() {
    try (Line chief = opened(0, 2, 1)) {
      chief.connection().push(new Push(0, 0, 1, 0), Jobs.zeros(1), Jobs.zeros(1));
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> chief.connection().awaitWeights())
          .hasMessageContaining("interrupted while waiting for it to answer with weights");
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  private Line opened(int worker, int numWorkers, int numFloats) {
    Line line = server.connect(worker, LocalServer.LONG);
    if (worker == 0) {
      line.open(numWorkers, Jobs.settings(Jobs.SYNC, numFloats));
      line.connection().initialize(Jobs.zeros(numFloats));
    } else {
      line.open(numWorkers, Optional.empty());
    }
    return line;
  }
}
