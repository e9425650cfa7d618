package gradwire.dl4j;

import gradwire.error.GradwireException;
import gradwire.worker.engine.FloatTensor;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * ND4J's views of the batches it is handed. A source hands out few instances, refilled: the views
 * of the last {@value #NUM_KEPT} tensors are kept. One thread.
 */
final class BatchArrays {
  private static final int NUM_KEPT = 16;

  private record View(FloatTensor tensor, INDArray array) {}

  private final @Nullable View[] kept = new @Nullable View[NUM_KEPT];
  private int next;

  /**
   * @throws GradwireException if a tensor's memory has been freed
   */
  INDArray[] of(List<FloatTensor> tensors) {
    return tensors.stream().map(this::of).toArray(INDArray[]::new);
  }

  private INDArray of(FloatTensor tensor) {
    if (!tensor.memory().scope().isAlive()) {
      throw new GradwireException(
          "batch: expected memory that is alive, got a tensor whose arena is closed; close the"
              + " arena after the engine's last use");
    }
    for (View view : kept) {
      if (view != null && view.tensor() == tensor) {
        return view.array();
      }
    }
    View view = new View(tensor, SegmentArrays.array(tensor.memory(), tensor.shape()));
    kept[next] = view;
    next = (next + 1) % NUM_KEPT;
    return view.array();
  }
}
