package gradwire.training;

import gradwire.random.Draws;
import gradwire.worker.data.BatchSource;
import gradwire.worker.engine.Batch;
import gradwire.worker.engine.FloatTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;

/** Examples of a noisy linear function; a function of replica and step alone. */
record RegressionData(long seed, int batchSize) implements BatchSource {
  static final int NUM_FEATURES = 7;

  @Override
  public Batch next(int replica, long step) {
    Draws draws = Draws.of(seed, Draws.Purpose.SHUFFLE, replica, step);
    Arena arena = Arena.ofAuto();
    FloatTensor features = FloatTensor.zeros(arena, batchSize, NUM_FEATURES);
    FloatTensor labels = FloatTensor.zeros(arena, batchSize, 1);
    for (int example = 0; example < batchSize; example++) {
      double label = 0.5 + 0.01 * draws.nextGaussian();
      for (int i = 0; i < NUM_FEATURES; i++) {
        float x = (float) draws.nextGaussian();
        features.memory().setAtIndex(ValueLayout.JAVA_FLOAT, (long) example * NUM_FEATURES + i, x);
        label += (i - 3) * x;
      }
      labels.memory().setAtIndex(ValueLayout.JAVA_FLOAT, example, (float) label);
    }
    return Batch.of(features, labels);
  }
}
