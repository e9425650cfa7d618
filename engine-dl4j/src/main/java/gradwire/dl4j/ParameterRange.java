package gradwire.dl4j;

import gradwire.worker.engine.StepFlow;

/**
 * One layer's place in the flat vectors.
 *
 * @param begin in floats
 * @param length in floats; 0 where the layer has no parameters
 */
record ParameterRange(long begin, long length) {
  static final ParameterRange NONE = new ParameterRange(0, 0);

  void awaitParameters(StepFlow flow) {
    if (length > 0) {
      flow.awaitParameters(begin, length);
    }
  }

  void gradientReady(StepFlow flow) {
    if (length > 0) {
      flow.gradientReady(begin, length);
    }
  }
}
