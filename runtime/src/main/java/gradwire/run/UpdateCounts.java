package gradwire.run;

import gradwire.error.GradwireException;

/**
 * What one worker knows of its pushes, over all of its incarnations. Pushes count from 1, and one
 * is settled before the next is attempted. Immutable.
 *
 * @param attempted the highest push that may have been sent
 * @param attemptedExamples examples of that push
 * @param settled the highest push whose outcome is counted here
 * @param acknowledged pushes that the servers said are in the weights
 * @param dropped pushes that the servers said came too late
 * @param samples examples of all settled pushes
 * @param firstStepAt epoch seconds at which the first step began; NaN before that
 */
public record UpdateCounts(
    long attempted,
    long attemptedExamples,
    long settled,
    long acknowledged,
    long dropped,
    long samples,
    double firstStepAt) {
  /** Before the first push. */
  public static final UpdateCounts NONE = new UpdateCounts(0, 0, 0, 0, 0, 0, Double.NaN);

  /** Training has begun, now or in an earlier incarnation. */
  public UpdateCounts begunAt(double epochSeconds) {
    return new UpdateCounts(
        attempted,
        attemptedExamples,
        settled,
        acknowledged,
        dropped,
        samples,
        Double.isNaN(firstStepAt) ? epochSeconds : firstStepAt);
  }

  /** Push {@code sequence} is about to be sent, perhaps not for the first time. */
  public UpdateCounts attempting(long sequence, long numExamples) {
    return new UpdateCounts(
        Math.max(attempted, sequence),
        numExamples,
        settled,
        acknowledged,
        dropped,
        samples,
        firstStepAt);
  }

  /** The push last attempted is in the weights, or came too late. */
  public UpdateCounts settled(boolean applied) {
    return new UpdateCounts(
        attempted,
        attemptedExamples,
        attempted,
        acknowledged + (applied ? 1 : 0),
        dropped + (applied ? 0 : 1),
        samples + attemptedExamples,
        firstStepAt);
  }

  /**
   * A new incarnation goes on after push {@code sequence}: if that one was still unanswered when
   * the last incarnation ended, it is settled by the server's own count.
   *
   * @param worker for the message, e.g. {@code worker-1}
   * @param sequence the last push that every server is done with
   * @param applied how many of the first {@code sequence} pushes are in a server's weights
   * @throws GradwireException if a push that was acknowledged is not there
   */
  public UpdateCounts resumedAfter(String worker, long sequence, long applied) {
    if (sequence < settled) {
      throw new GradwireException(
          "%s: expected servers that have its push %d, got one that has %d; updates are lost, resume from a checkpoint"
              .formatted(worker, settled, sequence));
    }
    if (sequence == settled) {
      return this;
    }
    if (sequence == settled + 1 && sequence == attempted) {
      return settled(applied > acknowledged);
    }
    return new UpdateCounts(
        sequence, 0, sequence, applied, sequence - applied, samples, firstStepAt);
  }
}
