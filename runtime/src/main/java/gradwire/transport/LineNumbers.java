package gradwire.transport;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The numbers of a worker process's lines to one server, from 0: whoever opens a session anew, be
 * it for the same incarnation of a replica, goes on counting, so that the server can tell the newer
 * line. Thread-safe.
 */
public final class LineNumbers {
  private final AtomicInteger next = new AtomicInteger();

  int next() {
    return next.getAndIncrement();
  }
}
