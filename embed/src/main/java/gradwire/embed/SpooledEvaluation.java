package gradwire.embed;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.config.ComputeChoice;
import gradwire.dl4j.Dl4jEngine;
import gradwire.error.Expect;
import gradwire.worker.data.InOrder;
import gradwire.worker.engine.Batch;
import gradwire.worker.engine.FloatTensor;
import gradwire.worker.program.Evaluation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * {@code testAccuracy} of a classifier: the share of test examples, in {@code [0, 1]}, whose
 * largest output is where the largest label is; of the first output if there are more. One thread.
 */
final class SpooledEvaluation implements Evaluation {
  private static final int BATCH_SIZE = 256;

  private final Dl4jEngine engine;
  private final Arena arena = Arena.ofShared();
  private final int numExamples;
  private final SpooledBatches batches;

  SpooledEvaluation(TrainingInput input, ComputeChoice choice) {
    engine = TrainableNetwork.read(input.root()).newEngine(choice);
    Spool spool = Spool.open(input.test(), arena);
    numExamples = spool.numExamples();
    batches = new SpooledBatches(spool, new InOrder(numExamples), BATCH_SIZE, arena);
  }

  /**
   * @throws gradwire.error.UsageException unless the first labels are {@code [examples, classes]}
   */
  static void requireClasses(String where, Spool spool) {
    List<Long> shape = spool.labels().getFirst().shape();
    Expect.that(
        shape.size() == 2 && shape.get(1) >= 2,
        where,
        "one-hot labels of shape [examples, classes] with at least 2 classes",
        shape,
        "leave evaluate out, and evaluate the returned network with DL4J");
  }

  /** The last batch begins anew at the first example; what is beyond the last isn't counted. */
  @Override
  public SortedMap<String, Double> evaluate(MemorySegment parameters) {
    engine.parameters().copyFrom(parameters);
    int numCorrect = 0;
    for (int first = 0; first < numExamples; first += BATCH_SIZE) {
      Batch batch = batches.next(0, first / BATCH_SIZE);
      FloatTensor outputs = engine.infer(batch).getFirst();
      int numRows = Math.min(BATCH_SIZE, numExamples - first);
      numCorrect += numCorrect(outputs, batch.labels().getFirst(), numRows);
    }
    return new TreeMap<>(java.util.Map.of("testAccuracy", numCorrect / (double) numExamples));
  }

  private static int numCorrect(FloatTensor outputs, FloatTensor labels, int numRows) {
    int numClasses = Math.toIntExact(labels.shape()[1]);
    int numCorrect = 0;
    for (int row = 0; row < numRows; row++) {
      long begin = (long) row * numClasses;
      boolean correct =
          largest(outputs.memory(), begin, numClasses)
              == largest(labels.memory(), begin, numClasses);
      numCorrect += correct ? 1 : 0;
    }
    return numCorrect;
  }

  private static int largest(MemorySegment values, long begin, int length) {
    int best = 0;
    for (int i = 1; i < length; i++) {
      boolean larger =
          values.getAtIndex(JAVA_FLOAT, begin + i) > values.getAtIndex(JAVA_FLOAT, begin + best);
      best = larger ? i : best;
    }
    return best;
  }

  @Override
  public void close() {
    engine.close();
    arena.close();
  }
}
