package gradwire.server.checkpoint;

import java.util.function.Consumer;

/**
 * Where server 0 tells the others what the next checkpoint holds. A cut that is told too late, or
 * not at all, costs a checkpoint and nothing else.
 */
public interface CutBoard extends AutoCloseable {
  /** Soon, all others know it. */
  void announce(Cut cut);

  /**
   * From now on, tells of every new cut.
   *
   * @param listener called on a thread that holds no lock
   */
  void watch(Consumer<Cut> listener);

  /** The time that it takes others to hear of a cut is measured by, in ns; monotonic. */
  default long nanos() {
    return System.nanoTime();
  }

  @Override
  void close();
}
