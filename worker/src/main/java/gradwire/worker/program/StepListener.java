package gradwire.worker.program;

/** Told what a worker does, in order, on its thread. Must be quick: a step may take 1 ms. */
public interface StepListener {
  StepListener SILENT = new StepListener() {};

  /** Before the servers are waited for. */
  default void starting() {}

  /** Servers have values, this worker has pulled them. */
  default void trainingBegins() {}

  /**
   * After a push and pull.
   *
   * @param localStep steps of this worker, from 1
   * @param globalStep steps applied to the weights that were pulled
   * @param loss of this worker's batch, at the weights before
   */
  default void stepDone(long localStep, long globalStep, double loss) {}

  /** The last step is done; the engine holds current weights. */
  default void trainingEnds() {}
}
