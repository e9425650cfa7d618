package gradwire.transport;

import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

/**
 * A worker's line to one parameter server. One thread. Every wait is bounded by the timeout that
 * the connection was made with and fails with a {@link gradwire.error.GradwireException} that names
 * the server and what was awaited; a {@link LineBrokenException} where a new line may do better.
 */
public interface ShardConnection extends AutoCloseable {
  /** Joins the run; for all but the chief, waits until the chief has brought values. */
  OpenReply open(OpenRequest request);

  /** Sends the initial values and waits until they are taken. Chief only. */
  void initialize(MemorySegment values);

  /**
   * Starts a push whose answer goes to {@code weights}. Neither segment may be touched until {@link
   * #awaitWeights} has returned.
   */
  void push(Push push, MemorySegment gradient, MemorySegment weights);

  /**
   * Starts a push whose gradient is still being computed: {@link #pushPiece} sends it as it becomes
   * final. As {@link #push} otherwise.
   */
  void beginPush(Push push, MemorySegment gradient, MemorySegment weights);

  /**
   * Floats {@code [begin, begin + length)} of the gradient are final. Sends what can be sent at
   * once and does not wait.
   */
  void pushPiece(long begin, long length);

  /**
   * Waits until the server has said whether it takes the push, where the job needs to know that
   * first ({@code replicas_to_aggregate} with several servers).
   *
   * @return whether it takes it; if not, the weights have already come
   */
  boolean awaitVerdict();

  /** Starts a pull of the present weights into {@code weights}. */
  default void pull(MemorySegment weights) {
    pull(OptionalLong.empty(), weights);
  }

  /**
   * Starts a pull into {@code weights}.
   *
   * @param step see {@link ShardService#pull}
   */
  void pull(OptionalLong step, MemorySegment weights);

  /**
   * Waits for the head of the answer to the last {@link #push} or {@link #pull}; its floats may
   * still be on the way.
   */
  Weights awaitStep();

  /** Waits until floats {@code [0, numFloats)} of the answer are where they belong. */
  void awaitFloats(long numFloats);

  /** Waits for the whole answer to the last {@link #push} or {@link #pull}. */
  Weights awaitWeights();

  /** What carries the tensors, for a person, e.g. {@code shm over uds}; known once open. */
  String carrier();

  /**
   * Whether tensors stay where they are, as both ends have mapped their memory; known once open.
   */
  default boolean sharesMemory() {
    return false;
  }

  /** See {@link ShardService#declareLastStep}. */
  long declareLastStep(long step);

  /** Waits until every other worker has left. */
  void awaitOthers();

  /** Says goodbye; nothing may be sent afterwards. */
  Farewell leave();

  /**
   * Has {@code whileWaiting} called now and then, several times a second, on the thread that waits
   * here for a server; what it throws ends the wait, and the connection can then only be closed. A
   * connection that never waits has no use for it.
   */
  default void watch(Runnable whileWaiting) {}

  /**
   * Sees to what is under way here while the same thread waits for the answer to another replica's
   * push, which may need this one's. Does not wait for an answer; fails as the waits do.
   */
  default void lookAfter() {}

  @Override
  void close();
}
