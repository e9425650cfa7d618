package gradwire.transport.grpc;

import gradwire.membership.Assignment;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once that the coordinator is silent, and once that it is heard again. One thread. */
final class Outage {
  private static final Logger log = LoggerFactory.getLogger(Outage.class);

  private final String server;
  private final long sayAfterNanos;
  private boolean failing;
  private boolean said;
  private long sinceNanos;
  private volatile String lastWords = "not reached yet";

  /**
   * @param sayAfterMillis a server that is started again is back sooner
   */
  Outage(String server, long sayAfterMillis) {
    this.server = server;
    this.sayAfterNanos = TimeUnit.MILLISECONDS.toNanos(sayAfterMillis);
  }

  void note(Exception why, Assignment kept) {
    long now = System.nanoTime();
    lastWords = String.valueOf(why.getMessage());
    if (!failing) {
      failing = true;
      sinceNanos = now;
    }
    if (!said && now - sinceNanos >= sayAfterNanos) {
      said = true;
      say(kept);
    }
  }

  private void say(Assignment kept) {
    if (kept.version() < 0) {
      log.warn("{}: has not let this worker join yet ({}); trying again", server, lastWords);
    } else {
      log.warn(
          "{}: the coordinator does not answer ({}); going on with replicas {}",
          server,
          lastWords,
          kept.incarnations().keySet());
    }
  }

  void end() {
    if (said) {
      log.info(
          "{}: the coordinator is heard again after {} ms",
          server,
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNanos));
    }
    failing = false;
    said = false;
  }

  /** What went wrong last; any thread. */
  String lastWords() {
    return lastWords;
  }
}
