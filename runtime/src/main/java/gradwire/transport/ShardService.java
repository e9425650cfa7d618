package gradwire.transport;

import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * A parameter server's end of the line, whatever carries it. Thread-safe; no call blocks. A refused
 * call throws {@link gradwire.error.GradwireException}, or fails its future or replier, with a
 * message for a person.
 */
public interface ShardService {
  /**
   * Completed when this worker may go on: for the chief at once, for others once there are values.
   */
  CompletableFuture<OpenReply> open(OpenRequest request);

  /** Takes the initial values from the chief. A second set is ignored. Owns {@code values}. */
  void initialize(int worker, int incarnation, TensorBuffer values);

  /** Length of the shard in floats; what a push must have. */
  long numFloats();

  /**
   * Takes a gradient; answered when the consistency mode says so. Owns {@code gradient}, also when
   * it is refused.
   */
  void push(Push push, TensorBuffer gradient, Replier replier);

  /**
   * Answers with weights.
   *
   * @param step the step they must be of, the present one or the one before it; empty: the present
   */
  void pull(int worker, int incarnation, OptionalLong step, Replier replier);

  /**
   * Moves the last step to {@code step}, or to the present step if that is later; where the last
   * step is done already, it stays.
   *
   * @return the last step as it now stands
   */
  long declareLastStep(int worker, int incarnation, long step);

  /** Completed when every worker but this one has left. May be asked again. */
  CompletableFuture<Void> awaitOthers(int worker, int incarnation);

  /** This worker will send nothing more. */
  Farewell leave(int worker, int incarnation);

  /**
   * A line of this worker ended. If it had not left, and has no newer line, it is away: what it
   * waits for is forgotten, as it will ask again, and in the end it is lost. Never throws.
   *
   * @param line its number, see {@link OpenRequest#line}
   */
  void disconnected(int worker, int incarnation, int line, String why);
}
