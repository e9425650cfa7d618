package gradwire.worker.engine;

import gradwire.tensor.FlatLayout;
import gradwire.tensor.SharedMemory;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * A model that turns parameters and a batch into a loss and a gradient. The runtime knows nothing
 * else of an engine: plug in another by implementing this. One thread (the one that made it).
 *
 * <p>The two flat vectors are the engine's own working memory, not copies: the transport writes
 * pulled weights straight into {@link #parameters} and sends pushes straight from {@link
 * #gradient}.
 */
public interface ComputeEngine extends AutoCloseable {
  /** Names, shapes and order of the tensors in both flat vectors. */
  FlatLayout layout();

  /**
   * {@code [layout.numFloats] float32}; the caller writes it between gradients, or while one is
   * being computed as {@link StepFlow} says.
   */
  MemorySegment parameters();

  /**
   * {@code [layout.numFloats] float32}, as the last {@link #computeGradient} left it: of the loss
   * as returned (mean over the batch, unless the model's loss is a sum), without weight decay,
   * clipping or learning rate; those belong to the server's optimizer.
   */
  MemorySegment gradient();

  /**
   * What holds both vectors, if a server on the same host may read and write them where they are
   * ({@link StepVectors} does that); empty: they are sent.
   */
  default Optional<SharedMemory> sharedMemory() {
    return Optional.empty();
  }

  /**
   * Forward and backward with the present {@link #parameters}.
   *
   * @param randomKey decides every random draw of this gradient (dropout): equal key, parameters
   *     and batch give equal bits
   * @return the loss whose gradient is in {@link #gradient}
   */
  default double computeGradient(Batch batch, long randomKey) {
    return computeGradient(batch, randomKey, StepFlow.NONE);
  }

  /**
   * As {@link #computeGradient(Batch, long)}, with parameters that arrive and a gradient that
   * leaves on the way. The bits don't depend on {@code flow}.
   */
  double computeGradient(Batch batch, long randomKey, StepFlow flow);

  /**
   * Forward only, as at inference (no dropout, running statistics).
   *
   * @return one tensor per output, {@code [examples, ...]}, valid until the next call
   */
  java.util.List<FloatTensor> infer(Batch batch);

  /** What runs the arithmetic, for {@code result.json}: e.g. {@code dl4j-cpu (onednn)}. */
  String backend();

  @Override
  void close();
}
