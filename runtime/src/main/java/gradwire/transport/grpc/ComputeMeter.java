package gradwire.transport.grpc;

import gradwire.membership.Beat;
import gradwire.membership.Member;

/** What a worker has computed since its last beat. Not thread-safe. */
final class ComputeMeter {
  private long step;
  private long numGradients;
  private long nanos;

  void add(long ofStep, long computeNanos) {
    step = ofStep;
    numGradients++;
    nanos += computeNanos;
  }

  /** The next beat; from here on the count is anew. One that gets lost is not missed. */
  Beat take(Member member, long knownVersion, Beat.Intent intent) {
    Beat beat =
        new Beat(
            member,
            knownVersion,
            step,
            numGradients,
            numGradients == 0 ? 0 : nanos / numGradients,
            intent);
    numGradients = 0;
    nanos = 0;
    return beat;
  }
}
