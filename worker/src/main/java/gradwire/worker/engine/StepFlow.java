package gradwire.worker.engine;

/**
 * Lets weights arrive and gradients leave while a gradient is being computed: told by the engine,
 * on its thread, where in the flat vectors it is. Ranges are in floats.
 *
 * <p>In one {@link ComputeEngine#computeGradient} the ranges of either method cover the whole
 * vector, each float once. How it is cut is the engine's business (a layer is usual), but the same
 * every time. An engine that can't tell asks for everything at the beginning and reports everything
 * at the end.
 *
 * <p>Between {@code awaitParameters} and {@code gradientReady} of a range, its parameters are the
 * engine's to read and nobody's to write; outside they may be overwritten at any time. From {@code
 * gradientReady} to the next {@code computeGradient} the range of the gradient doesn't change.
 *
 * <p>Either method may take its time. It throws only to end the step: the exception comes out of
 * {@code computeGradient}, the gradient is then undefined, and the engine can be used again.
 */
public interface StepFlow {
  /** All parameters are there before the step and nobody waits for the gradient. */
  StepFlow NONE =
      new StepFlow() {
        @Override
        public void awaitParameters(long begin, long length) {}

        @Override
        public void gradientReady(long begin, long length) {}
      };

  /**
   * Returns once {@code [begin, begin + length)} of the parameters are those of this step; called
   * before the engine reads any of them, in the forward pass's order of need.
   */
  void awaitParameters(long begin, long length);

  /**
   * {@code [begin, begin + length)} of the gradient is final, and the engine has read these
   * parameters for the last time in this step; called in the backward pass's order, last layer
   * first.
   */
  void gradientReady(long begin, long length);
}
