package gradwire.worker.data;

import gradwire.worker.engine.Batch;

/** Where a replica's batches come from. One thread. */
public interface BatchSource {
  /**
   * The batch of a replica's local step: the same examples whenever and by whomever it is asked
   * for.
   *
   * @param replica from 0
   * @param step the replica's local step, from 0
   * @return valid until the next call, which may refill the same memory
   */
  Batch next(int replica, long step);
}
