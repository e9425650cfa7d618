package gradwire.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameChecksumTest {
  private static final long SEED = 7;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8191, 8192, 8193, 100_000, 655_359, 655_360, 1_048_576})
  void copyingSumsWhatSummingTheCopySums(int numFloats) {
    MemorySegment from = Frames.floats(numFloats, SEED);
    MemorySegment to = Floats.allocate(Arena.ofAuto(), numFloats);
    Frame frame = Frames.push(0, numFloats, from);
    FrameChecksum copied = new FrameChecksum();
    copied.begin(frame);
    FrameChecksum summed = new FrameChecksum();
    summed.begin(frame);

    copied.copy(from, to);
    summed.update(to);

    assertThat(to.mismatch(from)).isEqualTo(-1);
    assertThat(copied.value()).isEqualTo(summed.value());
  }
}
