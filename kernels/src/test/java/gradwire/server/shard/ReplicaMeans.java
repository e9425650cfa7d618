package gradwire.server.shard;

import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/** Lets the kernels' tests ask the server for its mean. */
public final class ReplicaMeans {
  private ReplicaMeans() {}

  /** Mean of vectors of one length. */
  public static float[] mean(List<float[]> gradients) {
    int length = gradients.getFirst().length;
    try (Arena arena = Arena.ofConfined()) {
      List<MemorySegment> segments =
          gradients.stream()
              .map(
                  gradient -> {
                    MemorySegment segment = Floats.allocate(arena, length);
                    Floats.write(gradient, segment, 0, length);
                    return segment;
                  })
              .toList();
      return Arrays.copyOf(new ReplicaMean(length).block(segments, 0, length), length);
    }
  }
}
