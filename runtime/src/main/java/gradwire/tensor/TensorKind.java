package gradwire.tensor;

/** What a tensor is to the optimizer. */
public enum TensorKind {
  /** Trained, and subject to weight decay: kernels, embeddings. */
  WEIGHT,
  /** Trained, never decayed: biases, gains. */
  BIAS,
  /**
   * Not trained: a running statistic (batch norm's mean and variance). Its "gradient" is the amount
   * to subtract, unscaled; over replicas the mean of these amounts is subtracted.
   */
  STATISTIC
}
