package gradwire.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A worker's process: one thread that waits, or is waited for. It may stand still. */
final class Process {
  /** Ticks after which whoever waits looks up. */
  private static final long LOOK_UP_TICKS = 40;

  private final Events events;
  private final int worker;
  private final Runnable hasEnded;
  private final ProcessThread thread;
  private final List<Runnable> atItsEnd = new ArrayList<>();
  private long standsStillUntil;
  private long turn;
  private boolean gone;

  /**
   * @param hasEnded told when {@code body} is over, unless it was killed
   */
  Process(Events events, int worker, Runnable body, Runnable hasEnded) {
    this.events = events;
    this.worker = worker;
    this.hasEnded = hasEnded;
    this.thread = new ProcessThread(body);
  }

  /** Of which worker. */
  int worker() {
    return worker;
  }

  ProcessThread thread() {
    return thread;
  }

  /** Has it look whether what it waits for is there, now or when it stands still no more. */
  void wake() {
    events.at(
        Math.max(events.now(), standsStillUntil),
        () -> {
          if (events.now() < standsStillUntil) {
            wake();
          } else {
            goOn();
          }
        });
  }

  /** Unless something else wakes it before. */
  private void wakeAt(long time) {
    long present = turn;
    events.at(
        time,
        () -> {
          if (turn == present) {
            wake();
          }
        });
  }

  private void goOn() {
    if (gone) {
      return;
    }
    turn++;
    thread.goOn();
    if (thread.hasEnded()) {
      gone = true;
      hasEnded.run();
    }
  }

  void standStill(long until) {
    standsStillUntil = Math.max(standsStillUntil, until);
  }

  long standsStillUntil() {
    return standsStillUntil;
  }

  void kill() {
    gone = true;
    thread.kill();
    atItsEnd.forEach(Runnable::run);
  }

  /** What the system does when it is killed. */
  void atItsEnd(Runnable action) {
    atItsEnd.add(action);
  }

  /** On the process's thread: whoever is killed does nothing more. */
  void expectAlive() {
    if (gone) {
      throw new Killed();
    }
  }

  /** Killed, or at its end: nothing reaches it. */
  boolean isGone() {
    return gone;
  }

  /** On the process's thread: lets time pass. */
  void sleep(long ticks) {
    long until = events.now() + ticks;
    while (events.now() < until) {
      wakeAt(until);
      thread.pause();
    }
  }

  /**
   * On the process's thread: waits until something is so, but not for longer than {@code ticks}.
   *
   * @param whileWaiting called now and then
   */
  void await(BooleanSupplier isSo, long ticks, Runnable whileWaiting) {
    long until = events.now() + ticks;
    while (!isSo.getAsBoolean() && events.now() < until) {
      wakeAt(Math.min(until, events.now() + LOOK_UP_TICKS));
      thread.pause();
      whileWaiting.run();
    }
  }
}
