package gradwire.transport;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.GradwireException;
import gradwire.tensor.Floats;
import gradwire.transport.BreakingServer.Fate;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines break at every call there is; the worker sees nothing of it, or a failure in words. */
final class HealingConnectionTest {
  private static final int NUM_FLOATS = 3;
  private static final int NUM_PUSHES = 4;
  private static final OpenRequest SESSION =
      new OpenRequest(0, 1, 0, 7, Optional.empty(), Optional.empty());

  /** Time passes in pauses only. */
  private static final class Clock implements RetryPace.Time {
    private final List<Long> pauses = new ArrayList<>();
    private long nanos;

    @Override
    public long nanos() {
      return nanos;
    }

    @Override
    public void pause(long pauseNanos) {
      nanos += pauseNanos;
      pauses.add(pauseNanos);
    }
  }

  private final Clock clock = new Clock();

  private HealingConnection connection(BreakingServer server) {
    return connection(server, new LineNumbers());
  }

  private HealingConnection connection(BreakingServer server, LineNumbers numbers) {
    return new HealingConnection("ps-0", server::connect, numbers, Duration.ofSeconds(10), clock);
  }

  /** All that a worker does in its life; the weights it sees last. */
  private static float[] train(HealingConnection connection) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment weights = Floats.allocate(arena, NUM_FLOATS);
      MemorySegment gradient = Floats.allocate(arena, NUM_FLOATS);
      connection.watch(connection::lookAfter);
      if (!connection.open(SESSION).initialized()) {
        Floats.write(new float[] {1, 2, 3}, weights, 0, NUM_FLOATS);
        connection.initialize(weights);
      }
      connection.pull(weights);
      assertThat(connection.awaitWeights().outcome()).isEqualTo(Outcome.NONE);
      for (int n = 1; n <= NUM_PUSHES; n++) {
        push(connection, n, gradient, weights);
      }
      assertThat(connection.declareLastStep(NUM_PUSHES)).isEqualTo(NUM_PUSHES);
      connection.awaitOthers();
      connection.pull(OptionalLong.of(NUM_PUSHES), weights);
      Weights last = connection.awaitWeights();
      assertThat(connection.leave()).isEqualTo(new Farewell(NUM_PUSHES, 0));
      assertThat(last).isEqualTo(new Weights(Outcome.NONE, NUM_PUSHES, NUM_PUSHES));
      return read(weights);
    }
  }

  private static void push(
      HealingConnection connection, int n, MemorySegment gradient, MemorySegment weights) {
    for (int i = 0; i < NUM_FLOATS; i++) {
      gradient.setAtIndex(JAVA_FLOAT, i, n + weights.getAtIndex(JAVA_FLOAT, i) / 7);
    }
    Push push = new Push(0, 0, n, n - 1);
    if (n % 2 == 0) {
      connection.push(push, gradient, weights);
    } else {
      connection.beginPush(push, gradient, weights);
      connection.pushPiece(2, 1);
      connection.lookAfter();
      connection.pushPiece(0, 2);
    }
    connection.lookAfter();
    assertThat(connection.awaitStep().outcome()).isIn(Outcome.APPLIED, Outcome.DUPLICATE);
    gradient.fill((byte) -1); // the next one is being computed: this one can't be sent again
    connection.awaitFloats(2);
    connection.lookAfter();
    connection.awaitFloats(3);
    assertThat(connection.awaitWeights().outcome()).isIn(Outcome.APPLIED, Outcome.DUPLICATE);
    assertThat(connection.awaitWeights().step()).isEqualTo(n);
  }

  private static float[] read(MemorySegment weights) {
    float[] values = new float[NUM_FLOATS];
    Floats.read(weights, 0, values, NUM_FLOATS);
    return values;
  }

  private static BreakingServer undisturbed() {
    return new BreakingServer(NUM_FLOATS, call -> Fate.WELL);
  }

  private void expectAsUndisturbed(BreakingServer server, String what) {
    float[] expected = train(connection(undisturbed()));
    assertThat(train(connection(server))).as(what).isEqualTo(expected);
    assertThat(server.weights()).as(what).isEqualTo(expected);
    assertThat(server.applied()).as(what).isEqualTo(NUM_PUSHES);
  }

  @ParameterizedTest
  @EnumSource(
      value = Fate.class,
      names = {"BREAKS_BEFORE", "BREAKS_AFTER"})
  void aLineThatBreaksAtAnyCallChangesNoBitAndAppliesEachPushOnce(Fate fate) {
    BreakingServer well = undisturbed();
    var unused = train(connection(well));
    for (int call = 0; call < well.calls(); call++) {
      for (int times = 1; times <= 4; times++) {
        BreakingServer server =
            new BreakingServer(NUM_FLOATS, BreakingServer.breaking(fate, call, times));
        expectAsUndisturbed(server, fate + " at call " + call + ", " + times + " times");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 20_261_124})
  void linesThatBreakAtRandomChangeNoBitAndApplyEachPushOnce(long seed) {
    for (int round = 0; round < 1_000; round++) {
      Random random = new Random(seed * 1_000 + round);
      BreakingServer server =
          new BreakingServer(
              NUM_FLOATS,
              call ->
                  random.nextInt(6) > 0
                      ? Fate.WELL
                      : random.nextBoolean() ? Fate.BREAKS_BEFORE : Fate.BREAKS_AFTER);
      expectAsUndisturbed(server, "seed " + seed + " round " + round);
    }
  }

  @Test
  void everyLineBearsTheNumberAfterTheOneBefore() {
    BreakingServer server =
        new BreakingServer(NUM_FLOATS, call -> call % 11 < 9 ? Fate.WELL : Fate.BREAKS_BEFORE);

    expectAsUndisturbed(server, "two calls of eleven broken");

    List<Integer> numbers = server.lineNumbers();
    assertThat(numbers).hasSizeGreaterThan(3);
    assertThat(numbers).isEqualTo(IntStream.range(0, numbers.size()).boxed().toList());
  }

  @Test
  void whatIsUnderWayGoesOverANewLineThoughNobodyWaitsForItsAnswer() {
    BreakingServer server =
        new BreakingServer(NUM_FLOATS, call -> call == 5 ? Fate.BREAKS_BEFORE : Fate.WELL);
    try (Arena arena = Arena.ofConfined();
        HealingConnection connection = connection(server)) {
      var unused = connection.open(SESSION);
      connection.initialize(Floats.allocate(arena, NUM_FLOATS));
      connection.lookAfter();
      assertThat(server.calls()).as("calls, nothing being under way").isEqualTo(3);
      connection.push(
          new Push(0, 0, 1, 0),
          Floats.allocate(arena, NUM_FLOATS),
          Floats.allocate(arena, NUM_FLOATS));
      connection.lookAfter();
      assertThat(server.lines()).isEqualTo(1);
      connection.lookAfter();
      assertThat(server.lines()).isEqualTo(2);
      assertThat(connection.awaitWeights()).isEqualTo(new Weights(Outcome.APPLIED, 1, 1_000));
      assertThat(server.applied()).isEqualTo(1);
    }
  }

  @Test
  void aSessionThatIsOpenedAnewGoesOnCounting() {
    BreakingServer server =
        new BreakingServer(NUM_FLOATS, call -> call == 1 ? Fate.BREAKS_AFTER : Fate.WELL);
    LineNumbers numbers = new LineNumbers();
    for (int session = 0; session < 2; session++) {
      HealingConnection connection = connection(server, numbers);
      var unused = connection.open(SESSION);
      connection.close();
    }
    assertThat(server.lineNumbers()).isEqualTo(List.of(0, 1, 2));
  }

  @Test
  void pausesGrowFromFiveMillisecondsToTwoHundredAndEndAfterTheWholeTime() {
    BreakingServer gone =
        new BreakingServer(NUM_FLOATS, call -> call < 3 ? Fate.WELL : Fate.BREAKS_BEFORE);
    HealingConnection connection = connection(gone);
    assertThatThrownBy(() -> train(connection))
        .isInstanceOf(GradwireException.class)
        .isNotInstanceOf(LineBrokenException.class)
        .hasMessageStartingWith(
            "ps-0: tried for 10 s to go on after: ps-0: broken at call 4; at last: ps-0: broken");
    assertThat(clock.pauses.subList(0, 7))
        .containsExactly(
            5_000_000L,
            10_000_000L,
            20_000_000L,
            40_000_000L,
            80_000_000L,
            160_000_000L,
            200_000_000L);
    assertThat(clock.nanos).isEqualTo(Duration.ofSeconds(10).toNanos());
    connection.close();
  }

  @Test
  void aServerThatComesBackAndBreaksAtTheSameRequestEachTimeIsGivenUpToo() {
    BreakingServer server =
        new BreakingServer(
            NUM_FLOATS, call -> call > 5 && call % 4 == 1 ? Fate.BREAKS_BEFORE : Fate.WELL);
    assertThatThrownBy(() -> train(connection(server)))
        .hasMessageStartingWith("ps-0: tried for 10 s to go on after: ps-0: broken at call ");
    assertThat(server.lines()).isGreaterThan(50);
  }

  @Test
  void aServerWithoutAnAcknowledgedPushIsRefused() {
    expectRefused(1, true, "got step 1 and push 1; resume from a checkpoint");
  }

  @Test
  void aServerThatLostItsValuesIsRefused() {
    expectRefused(0, false, "got a server without values; resume from a checkpoint");
  }

  private void expectRefused(long sequence, boolean values, String got) {
    boolean[] breaks = {false};
    BreakingServer server =
        new BreakingServer(
            NUM_FLOATS,
            call -> {
              boolean now = breaks[0];
              breaks[0] = false;
              return now ? Fate.BREAKS_BEFORE : Fate.WELL;
            });
    HealingConnection connection = connection(server);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment weights = Floats.allocate(arena, NUM_FLOATS);
      MemorySegment gradient = Floats.allocate(arena, NUM_FLOATS);
      connection.open(SESSION);
      connection.initialize(weights);
      push(connection, 1, gradient, weights);
      push(connection, 2, gradient, weights);
      server.forget(sequence, values);
      breaks[0] = true;
      assertThatThrownBy(() -> push(connection, 3, gradient, weights))
          .hasMessage("ps-0 has lost updates: expected step 2 and push 2 of this worker, " + got);
    }
  }
}
