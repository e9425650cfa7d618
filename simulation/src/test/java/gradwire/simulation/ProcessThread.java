package gradwire.simulation;

import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The thread of a simulated process. It and the world's go on by turns, never both, so what a
 * process does in the order that the seed says is all that there is.
 */
final class ProcessThread {
  private final Semaphore processGoesOn = new Semaphore(0);
  private final Semaphore worldGoesOn = new Semaphore(0);
  private boolean ended;
  private boolean killed;
  private @Nullable Throwable failure;

  /** Does nothing before {@link #goOn}. */
  ProcessThread(Runnable body) {
    Thread.ofVirtual().start(() -> live(body));
  }

  private void live(Runnable body) {
    processGoesOn.acquireUninterruptibly();
    try {
      if (!killed) {
        body.run();
      }
    } catch (Killed here) {
      killed = true;
    } catch (RuntimeException | Error e) {
      failure = e;
    } finally {
      ended = true;
      worldGoesOn.release();
    }
  }

  /** The world's: returns when the process waits, or has ended. */
  void goOn() {
    processGoesOn.release();
    worldGoesOn.acquireUninterruptibly();
  }

  /** The world's: it ends where it waits. */
  void kill() {
    if (!ended) {
      killed = true;
      goOn();
    }
  }

  boolean hasEnded() {
    return ended;
  }

  /** What ended it, if it did not end well. */
  @Nullable Throwable failure() {
    return failure;
  }

  /** The process's: waits until the world lets it go on. */
  void pause() {
    if (!killed) {
      worldGoesOn.release();
      processGoesOn.acquireUninterruptibly();
    }
    if (killed) {
      throw new Killed();
    }
  }
}
