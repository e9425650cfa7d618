package gradwire.plan;

/** A layer at work on batches of one size. One thread; {@code forward}, then {@code backward}. */
interface Node {
  /** Reads its inputs' values, writes its own. */
  void forward();

  /**
   * Reads (and may overwrite) its value's gradient; writes its parameters' gradients and its
   * inputs', of those that have one.
   */
  void backward();
}
