package gradwire.dl4j;

/** How the losses of a batch's examples become one number; the gradient is that number's. */
public enum LossReduction {
  /**
   * Their mean. Where the network's configuration says {@code miniBatch(false)} DL4J itself doesn't
   * divide, and neither does the engine.
   */
  MEAN,
  /** Their sum, as the reference MNIST job has it. */
  SUM
}
