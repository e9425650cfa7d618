package gradwire.bench.kernel;

import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Numbers from -1 to 1, as a seed has them; over and over, for long tensors take long to fill. */
final class Uniform {
  /** A prime: no row of a matrix is like the one before. */
  private static final int PERIOD = 65_537;

  private Uniform() {}

  /** A tensor for each length, seeds from 1 on. */
  static List<MemorySegment> tensors(Arena arena, long... lengths) {
    List<MemorySegment> tensors = new ArrayList<>();
    for (long length : lengths) {
      tensors.add(tensor(arena, length, tensors.size() + 1));
    }
    return tensors;
  }

  private static MemorySegment tensor(Arena arena, long length, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] numbers = new float[(int) Math.min(PERIOD, length)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) random.nextDouble(-1, 1);
    }
    MemorySegment tensor = Floats.allocate(arena, length);
    for (long at = 0; at < length; at += numbers.length) {
      Floats.write(numbers, tensor, at, (int) Math.min(numbers.length, length - at));
    }
    return tensor;
  }
}
