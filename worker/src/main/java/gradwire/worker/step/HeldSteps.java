package gradwire.worker.step;

import java.util.Arrays;

/**
 * Of which step the weights in the engine are, server by server: in async mode they differ. One
 * thread.
 */
final class HeldSteps {
  private long[] steps = {0};

  long of(int server) {
    return steps[server];
  }

  void set(int server, long step) {
    if (server >= steps.length) {
      steps = Arrays.copyOf(steps, server + 1);
    }
    steps[server] = step;
  }
}
