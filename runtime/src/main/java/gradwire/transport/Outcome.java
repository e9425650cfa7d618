package gradwire.transport;

/** What became of a push. */
public enum Outcome {
  /** No push was asked about: a pull. */
  NONE,
  /** The gradient is in the weights that came back. */
  APPLIED,
  /** The gradient came too late for its step and was dropped. */
  LATE,
  /** This very push had been taken before; it was not applied again. */
  DUPLICATE,
  /** The run has reached its last step; the gradient was not needed. */
  FINISHED
}
