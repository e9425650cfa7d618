package gradwire.worker.step;

/** Ends what a worker is at: what it is to compute has changed, or it is to leave. No failure. */
final class AssignmentChangedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  AssignmentChangedException() {
    super("another assignment", null, false, false);
  }
}
