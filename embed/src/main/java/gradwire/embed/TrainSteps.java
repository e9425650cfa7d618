package gradwire.embed;

import gradwire.config.Consistency;

/**
 * How many optimizer steps a number of epochs is.
 *
 * @param numEpochs passes over the examples, from 1
 * @param numExamples from 1
 * @param batchSize examples of one gradient, from 1
 */
record TrainSteps(int numEpochs, int numExamples, int batchSize) {
  /**
   * {@code epochs * examples / (batch * gradients of a step)}, rounded up: a step takes one
   * gradient per replica it waits for in sync mode, and one otherwise.
   */
  long count(Consistency consistency, int numReplicas) {
    long examples = Math.multiplyExact((long) numEpochs, numExamples);
    long examplesPerStep =
        Math.multiplyExact((long) batchSize, gradients(consistency, numReplicas));
    return Math.ceilDiv(examples, examplesPerStep);
  }

  private static int gradients(Consistency consistency, int numReplicas) {
    return switch (consistency) {
      case Consistency.Sync(var replicas) -> replicas.orElse(numReplicas);
      case Consistency.Async() -> 1;
      case Consistency.Ssp ignored -> 1;
    };
  }
}
