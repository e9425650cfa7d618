package gradwire.server.shard;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** How long a server waits for a worker whose line broke. Thread-safe. */
public interface Absences {
  /** Who goes away is lost at once. */
  Absences NONE =
      new Absences() {
        @Override
        public boolean mayEnd() {
          return false;
        }

        @Override
        public void whenTooLong(Runnable action) {
          action.run();
        }
      };

  /** Whether a worker that has gone away may come back. */
  boolean mayEnd();

  /** Runs {@code action}, on any thread, when an absence that begins now has lasted too long. */
  void whenTooLong(Runnable action);

  /** Real time. */
  static Absences of(Duration limit) {
    Executor later = CompletableFuture.delayedExecutor(limit.toMillis(), TimeUnit.MILLISECONDS);
    return new Absences() {
      @Override
      public boolean mayEnd() {
        return true;
      }

      @Override
      public void whenTooLong(Runnable action) {
        later.execute(action);
      }
    };
  }
}
