package gradwire.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.kernels.testing.Gpu;
import gradwire.kernels.testing.Numbers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory, streams, events, and who closes what. */
final class CudaResourcesTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 1021})
  void whatIsCopiedThereOverAndBackIsTheSame(int length) {
    try (Gpu gpu = Gpu.open()) {
      float[] values = Numbers.anyBits(length, length);
      DeviceRange there = gpu.upload(values);
      DeviceRange over = gpu.allocate(there.numBytes());
      gpu.stream().copy(there, over);
      assertThat(Numbers.bits(gpu.floats(over)))
          .as("seed %d", Numbers.SEED)
          .isEqualTo(Numbers.bits(values));
    }
  }

  @Test
  void pinnedMemoryIsReadAndWritten() {
    try (Gpu gpu = Gpu.open();
        PinnedMemory pinned = gpu.context().pin(1021)) {
      DeviceRange there = gpu.allocate(1021);
      pinned.segment().fill((byte) 7);
      gpu.stream().upload(pinned.segment(), there);
      gpu.stream().fill(there.slice(5, 3), (byte) -1);
      gpu.stream().download(there, pinned.segment());
      gpu.stream().await();
      byte[] expected = new byte[1021];
      Arrays.fill(expected, (byte) 7);
      Arrays.fill(expected, 5, 8, (byte) -1);
      assertThat(pinned.segment().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
    }
  }

  @Test
  void theSegmentOfPinnedMemoryEndsWithIt() {
    try (Gpu gpu = Gpu.open()) {
      PinnedMemory pinned = gpu.context().pin(16);
      MemorySegment segment = pinned.segment();
      pinned.close();
      assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void anotherStreamWaitsForAnEventAndTimeIsTold() {
    try (Gpu gpu = Gpu.open();
        CudaStream other = gpu.context().stream();
        CudaEvent begun = gpu.context().event();
        CudaEvent done = gpu.context().event()) {
      DeviceRange range = gpu.allocate(1 << 20);
      gpu.stream().record(begun);
      gpu.stream().fill(range, (byte) 1);
      gpu.stream().record(done);
      other.after(done);
      other.fill(range, (byte) 2);
      other.await();
      done.await();
      assertThat(done.millisSince(begun)).isBetween(0.0, 10_000.0);
      assertThat(gpu.bytes(range.slice(1021, 3))).containsExactly(2, 2, 2);
    }
  }

  @Test
  void theContextClosesWhatIsLeftOpen() {
    try (Gpu gpu = Gpu.open()) {
      gpu.allocate(1000);
      gpu.context().pin(1000);
      gpu.context().stream();
      gpu.context().event();
      gpu.stream().capture(() -> {});
    } // which finds out, on the double, whether anything is left
  }

  @Test
  void closingTwiceIsHarmlessAndUseAfterwardsIsRefused() {
    try (Gpu gpu = Gpu.open()) {
      DeviceMemory memory = gpu.context().allocate(100);
      memory.close();
      memory.close();
      assertThatThrownBy(() -> gpu.stream().fill(memory.range(), (byte) 0))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("DeviceMemory is closed");
    }
  }

  @Test
  void aClosedContextMakesNothing() {
    Gpu gpu = Gpu.open();
    gpu.close();
    gpu.context().close();
    assertThatThrownBy(() -> gpu.context().stream())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is closed");
  }

  @Test
  void rangesStayWithinTheirMemory() {
    try (Gpu gpu = Gpu.open()) {
      DeviceRange range = gpu.allocate(100).slice(10, 50);
      assertThat(range.slice(50, 0).numBytes()).isZero();
      assertThatThrownBy(() -> range.slice(10, 41)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void copiesOfTwoSizesAndFromTheHeapAreRefused() {
    try (Gpu gpu = Gpu.open();
        Arena arena = Arena.ofConfined()) {
      DeviceRange range = gpu.allocate(8);
      assertThatThrownBy(() -> gpu.stream().upload(arena.allocate(9), range))
          .hasMessage("copy: expected 8 bytes off-heap, got 9 off-heap");
      assertThatThrownBy(() -> gpu.stream().download(range, MemorySegment.ofArray(new long[1])))
          .hasMessage("copy: expected 8 bytes off-heap, got 8 on the heap");
      assertThatThrownBy(() -> gpu.stream().copy(range, range.slice(0, 4)))
          .hasMessage("copy: expected 8 bytes to copy into, got 4");
    }
  }

  @Test
  void aGridIsWholeWarps() {
    assertThat(Grid.over(1, 256, 10)).isEqualTo(new Grid(1, 256));
    assertThat(Grid.over(257, 256, 10)).isEqualTo(new Grid(2, 256));
    assertThat(Grid.over(1L << 40, 256, 10)).isEqualTo(new Grid(10, 256));
    assertThatThrownBy(() -> new Grid(0, 256)).hasMessageContaining("got 0 blocks of 256");
    assertThatThrownBy(() -> new Grid(1, 33)).hasMessageContaining("got 1 blocks of 33");
  }
}
