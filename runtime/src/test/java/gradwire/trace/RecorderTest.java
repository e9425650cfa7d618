package gradwire.trace;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.cluster.TaskId;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecorderTest {
  @TempDir Path root;

  @Test
  void theOldestEventsMakeRoomAndTheFileSaysHowMany() throws IOException {
    try (Recorder recorder = recorder(8)) {
      Lane lane = recorder.lane("step");
      for (int step = 0; step < 20; step++) {
        lane.end(Span.BATCH, lane.begin(), step);
      }
    }
    TraceEvents events = TraceEvents.read(file());
    assertThat(events.other().get("droppedEvents").getAsLong()).isEqualTo(12);
    assertThat(events.ofPhase("X"))
        .extracting(event -> event.getAsJsonObject("args").get("step").getAsInt())
        .containsExactly(12, 13, 14, 15, 16, 17, 18, 19);
  }

  @Test
  void eventsOfSeveralThreadsAndBlocksAreAllThere() throws Exception {
    int perThread = 30_000;
    try (Recorder recorder = recorder(Recorder.CAPACITY)) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        Lane lane = recorder.lane("from worker-" + i);
        threads.add(Thread.ofPlatform().start(() -> record(lane, perThread)));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    TraceEvents events = TraceEvents.read(file());
    assertThat(events.ofPhase("X")).hasSize(3 * perThread);
  }

  @Test
  void whatIsRecordedAfterTheEndIsDropped() throws IOException {
    Recorder recorder = recorder(8);
    Lane lane = recorder.lane("step");
    recorder.close();
    lane.end(Span.BATCH, lane.begin(), 0);
    recorder.close();
    assertThat(TraceEvents.read(file()).ofPhase("X")).isEmpty();
  }

  @Test
  void aSpanCostsNoAllocation() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Recorder recorder = recorder(1 << 10)) {
      Lane lane = recorder.lane("step");
      record(lane, 1 << 15);
      long before = threads.getCurrentThreadAllocatedBytes();
      record(lane, 1 << 15);
      long perSpan = (threads.getCurrentThreadAllocatedBytes() - before) >> 15;
      assertThat(perSpan).isZero();
    }
  }

  @Test
  void eventsAreSortedByTimeAndTheLongerFirst() {
    for (long seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      long rangeNanos = 1L << (4 + 3 * random.nextInt(19));
      try (EventRing ring = new EventRing(1_000)) {
        for (int i = 0; i < 700 + random.nextInt(600); i++) {
          long begin = random.nextLong(-rangeNanos, rangeNanos);
          ring.add(0, random.nextInt(2), begin, begin + random.nextInt(4), i);
        }
        TimeOrder order = new TimeOrder(ring);
        for (int i = 1; i < ring.size(); i++) {
          int a = order.at(i - 1);
          int b = order.at(i);
          assertThat(ring.beginNanos(a))
              .as("seed %d", seed)
              .isLessThanOrEqualTo(ring.beginNanos(b));
          if (ring.beginNanos(a) == ring.beginNanos(b)) {
            assertThat(ring.endNanos(a))
                .as("seed %d", seed)
                .isGreaterThanOrEqualTo(ring.endNanos(b));
          }
        }
        assertThat(
                java.util.stream.IntStream.range(0, ring.size()).map(order::at).distinct().count())
            .isEqualTo(ring.size());
      }
    }
  }

  @Test
  void processesThatShareAClockAgreeAndOthersReadTheTimeOfDay() {
    Instant launch = Instant.parse("2026-05-01T12:00:00Z");
    TraceClock launcher = TraceClock.startingNow(InstantSource.fixed(launch));
    InstantSource slow = InstantSource.fixed(launch.plusSeconds(5));
    assertThat(launcher.here(slow)).isEqualTo(launcher);
    TraceClock elsewhere =
        new TraceClock("another host", launcher.epochNanosAtZero(), launcher.runEpochNanos());
    long now = elsewhere.here(slow).runNanos(System.nanoTime());
    assertThat(now).isBetween(4_000_000_000L, 60_000_000_000L);
  }

  @Test
  void exchangesHaveNamesOfTheirOwn() {
    assertThat(
            List.of(
                Flows.update(0, 0, 1),
                Flows.update(0, 1, 1),
                Flows.update(1, 0, 1),
                Flows.update(0, 0, 2),
                Flows.update(4_095, 4_095, (1L << 40) - 1)))
        .doesNotHaveDuplicates();
  }

  private static void record(Lane lane, int numSpans) {
    for (int i = 0; i < numSpans; i++) {
      lane.end(Span.APPLY, lane.begin(), i);
    }
  }

  private Recorder recorder(int capacity) {
    TraceClock clock = TraceClock.startingNow(InstantSource.system());
    return new Recorder(TaskId.ps(0), clock, file(), capacity);
  }

  private Path file() {
    return root.resolve("ps-0.json");
  }
}
