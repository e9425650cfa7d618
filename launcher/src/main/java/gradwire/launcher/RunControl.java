package gradwire.launcher;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What reaches a run from outside while its launcher waits. Thread-safe. */
public final class RunControl {
  /** Something the launcher must answer. */
  sealed interface Event {
    /** A child process has ended, well or not. */
    record Ended(RoleProcess role) implements Event {}

    /** A server stands still: its process is there, and does not answer. */
    record Silent(RoleProcess role) implements Event {}

    /** The user wants the run to save and end, or, the second time, to end at once. */
    record StopAsked() implements Event {}
  }

  private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final AtomicInteger numStops = new AtomicInteger();

  /** First call: save and end. Second call: kill. Never blocks. */
  public void requestStop() {
    numStops.incrementAndGet();
    events.add(new Event.StopAsked());
  }

  void ended(RoleProcess role) {
    events.add(new Event.Ended(role));
  }

  void silent(RoleProcess role) {
    events.add(new Event.Silent(role));
  }

  boolean stopAsked() {
    return numStops.get() >= 1;
  }

  boolean killAsked() {
    return numStops.get() >= 2;
  }

  /** The next event; empty if none comes within {@code limit}. */
  Optional<Event> awaitEvent(Duration limit) {
    try {
      return Optional.ofNullable(events.poll(limit.toNanos(), TimeUnit.NANOSECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      requestStop();
      requestStop();
      return Optional.empty();
    }
  }
}
