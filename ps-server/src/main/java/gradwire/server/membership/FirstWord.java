package gradwire.server.membership;

import gradwire.membership.Member;
import gradwire.membership.NotNowException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who says what a run is meant for: worker 0. So one that was started for another run, and is first
 * to come, has nobody turned away but itself. If worker 0 does not come, whoever asks after that
 * says it: a run goes on without any of its workers. One thread.
 */
final class FirstWord {
  private static final int SPEAKER = 0;

  private final Consumer<String> log;
  private @Nullable Long firstAskedMillis;

  /**
   * @param log takes a line when somebody begins to wait, and when nobody does any more
   */
  FirstWord(Consumer<String> log) {
    this.log = log;
  }

  /**
   * Before anybody has joined.
   *
   * @throws NotNowException if {@code member} is to wait for worker 0
   */
  void expectMayJoin(Member member, long nowMillis) {
    if (member.worker() == SPEAKER) {
      return;
    }
    if (firstAskedMillis == null) {
      firstAskedMillis = nowMillis;
      log.accept(waits(member));
    }
    if (nowMillis - firstAskedMillis < Coordinator.START_UP_MILLIS) {
      throw new NotNowException(waits(member));
    }
    log.accept(
        "worker-%d has not come within %d s: the run is what %s says"
            .formatted(SPEAKER, Coordinator.START_UP_MILLIS / 1_000, member));
  }

  private static String waits(Member member) {
    return "%s waits up to %d s for worker-%d, which says how many workers and replicas there are"
        .formatted(member, Coordinator.START_UP_MILLIS / 1_000, SPEAKER);
  }
}
