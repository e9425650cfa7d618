package gradwire.embed;

import gradwire.config.ComputeChoice;
import gradwire.dl4j.Dl4jEngine;
import gradwire.error.Expect;
import gradwire.error.UsageException;
import gradwire.worker.data.InOrder;
import java.lang.foreign.Arena;

/** Tries out whether examples fit a network, before anything is started. */
final class FitCheck {
  private static final int NUM_TRIED = 2;

  private FitCheck() {}

  /**
   * Computes a gradient of the first examples, on a copy.
   *
   * @param where what the examples are, for messages
   * @throws UsageException if the network can't be run, or not on such examples
   */
  static void require(String where, TrainableNetwork network, ComputeChoice choice, Spool spool) {
    try (Dl4jEngine engine = network.newEngine(choice);
        Arena arena = Arena.ofConfined()) {
      requireCount(where, "features", network.numInputs(), spool.features().size());
      requireCount(where, "labels", network.numOutputs(), spool.labels().size());
      InOrder plan = new InOrder(spool.numExamples());
      SpooledBatches batches = new SpooledBatches(spool, plan, NUM_TRIED, arena);
      tryOut(where, engine, batches, spool);
    }
  }

  private static void requireCount(String where, String what, int expected, int got) {
    Expect.that(
        expected == got,
        where,
        expected + " arrays of " + what + ", as many as the network has",
        got,
        "check network and iterator");
  }

  private static void tryOut(String where, Dl4jEngine engine, SpooledBatches batches, Spool spool) {
    try {
      double _ = engine.computeGradient(batches.next(0, 0), 0);
    } catch (RuntimeException misfit) {
      throw new UsageException(
          Expect.message(
              where,
              "examples that fit the network",
              "examples of shape " + spool.exampleShapes() + " (" + misfit.getMessage() + ")",
              "check nIn and nOut of the network, or the iterator"),
          misfit);
    }
  }
}
