package gradwire.plan.device;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.plan.Dropout;
import gradwire.plan.NetworkSpec;
import gradwire.random.Draws;
import java.util.List;

/**
 * Numbers of a step that kernels read from memory, as their launches are replayed: the gradient's
 * scale, and a random key for each dropout.
 */
final class StepSettings {
  private final List<Dropout> dropouts;
  private final Staged numbers;

  StepSettings(NetworkSpec network, PlanMemory memory) {
    dropouts =
        network.vertices().stream()
            .map(vertex -> vertex.layer())
            .filter(Dropout.class::isInstance)
            .map(Dropout.class::cast)
            .toList();
    numbers = Staged.allocate(memory, (1L + dropouts.size()) * Long.BYTES);
  }

  /** One float32. */
  DeviceRange scale() {
    return numbers.device().slice(0, Float.BYTES);
  }

  /** One int64. */
  DeviceRange key(Dropout layer) {
    return numbers.device().slice((1L + dropouts.indexOf(layer)) * Long.BYTES, Long.BYTES);
  }

  /**
   * Writes them, to be uploaded.
   *
   * @param key of the gradient
   */
  void set(double scale, long key) {
    numbers.host().set(JAVA_FLOAT, 0, (float) scale);
    for (int i = 0; i < dropouts.size(); i++) {
      long own = Draws.of(key, Draws.Purpose.DROPOUT, dropouts.get(i).place()).nextLong();
      numbers.host().setAtIndex(JAVA_LONG, 1L + i, own);
    }
  }

  void upload(CudaStream stream) {
    numbers.upload(stream);
  }
}
