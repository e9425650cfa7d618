package gradwire.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/** Simulated time: what happens next, in an order that depends on the seed alone. One thread. */
final class Events {
  /** Where the code that is simulated counts in milliseconds. */
  static final long MILLIS_PER_TICK = 10;

  private record Event(long time, long number, Runnable action) {}

  private final PriorityQueue<Event> queue =
      new PriorityQueue<>(Comparator.comparingLong(Event::time).thenComparingLong(Event::number));
  private final Random random;
  private final boolean keepsLog;
  private final List<String> log = new ArrayList<>();
  private long now;
  private long number;
  private long numDone;
  private long hash = 1;

  Events(Random random, boolean keepsLog) {
    this.random = random;
    this.keepsLog = keepsLog;
  }

  Random random() {
    return random;
  }

  long now() {
    return now;
  }

  void at(long time, Runnable action) {
    queue.add(new Event(Math.max(time, now), number++, action));
  }

  void soon(Runnable action) {
    at(now + delay(), action);
  }

  /** Mostly short, now and then very long. */
  long delay() {
    int kind = random.nextInt(100);
    return 1 + random.nextInt(kind < 90 ? 10 : kind < 98 ? 100 : 1000);
  }

  boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  /**
   * Lets the next thing happen.
   *
   * @return whether there was one
   */
  boolean step() {
    Event event = queue.poll();
    if (event == null) {
      return false;
    }
    now = event.time();
    numDone++;
    event.action().run();
    return true;
  }

  long numDone() {
    return numDone;
  }

  /** Notes what happens; two runs are the same if all that they note is. */
  void note(String what) {
    hash = 31 * (31 * hash + now) + what.hashCode();
    if (keepsLog) {
      log.add(now + ": " + what);
    }
  }

  long hash() {
    return hash;
  }

  List<String> log() {
    return log;
  }
}
