package gradwire.trace;

/** What a task can be seen doing. */
public enum Span {
  // A worker's.
  BATCH("batch", "worker", "step"),
  /** Around the next four. */
  GRADIENT("gradient", "worker", "step"),
  FORWARD("forward", "worker", "layer"),
  /** The last layer's, which can't be told apart from outside; all of it in some engines. */
  FORWARD_BACKWARD("forward+backward", "worker", "layer"),
  BACKWARD("backward", "worker", "layer"),
  AWAIT_WEIGHTS("await weights", "worker", "layer"),
  /** Handing a piece of the gradient over. */
  PUSH("push", "worker", "server"),
  EVALUATE("evaluate", "worker", "step"),

  // A server's.
  RECEIVE("receive", "server", "worker"),
  APPLY("apply", "server", "step"),
  ANSWER("answer", "server", "worker");

  private final String label;
  private final String category;
  private final String detail;

  Span(String label, String category, String detail) {
    this.label = label;
    this.category = category;
    this.detail = detail;
  }

  /** As the picture shows it. */
  public String label() {
    return label;
  }

  /** Whose it is. */
  public String category() {
    return category;
  }

  /** What the number counts that goes with it: steps from 0, others by index. */
  public String detail() {
    return detail;
  }
}
