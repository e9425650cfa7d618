package gradwire.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {
  private static final long SEED = 1021;

  @Test
  void buffersThatAreInUseAtOneMomentDoNotOverlap() {
    Random random = new Random(SEED);
    MemoryPlan plan = new MemoryPlan();
    List<int[]> lifetimes = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      int from = random.nextInt(40);
      int to = from + random.nextInt(10);
      lifetimes.add(new int[] {from, to});
      assertThat(plan.reserve(1 + random.nextInt(500), from, to)).isEqualTo(i);
    }
    try (Arena arena = Arena.ofConfined()) {
      List<MemorySegment> buffers = plan.allocate(arena);
      for (int i = 0; i < buffers.size(); i++) {
        for (int j = 0; j < i; j++) {
          boolean meet =
              lifetimes.get(i)[0] <= lifetimes.get(j)[1]
                  && lifetimes.get(j)[0] <= lifetimes.get(i)[1];
          if (meet) {
            assertThat(buffers.get(i).asOverlappingSlice(buffers.get(j)))
                .as("buffers %d and %d, seed %d", i, j, SEED)
                .isEmpty();
          }
        }
      }
    }
  }

  @Test
  void buffersThatAreNotShareMemory() {
    MemoryPlan plan = new MemoryPlan();
    plan.reserve(100, 0, 3);
    plan.reserve(100, 2, 5);
    plan.reserve(100, 4, 7);
    assertThat(plan.numFloats()).isEqualTo(2 * 112);
  }
}
