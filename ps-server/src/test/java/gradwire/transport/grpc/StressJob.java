package gradwire.transport.grpc;

import gradwire.cluster.ShardMap;
import gradwire.config.CheckpointPlan;
import gradwire.config.Consistency;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.TensorSpec;
import gradwire.transport.ShardSettings;
import gradwire.update.OptimizerSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What is trained: numbers alone, so that the outcome is known.
 *
 * @param isSync synchronous with Adam, where every bit of the weights goes into the next gradients;
 *     else asynchronous SGD with whole numbers and learning rate 1, where the sum is exact in
 *     whatever order
 */
record StressJob(boolean isSync, int numWorkers, int numFloats, int numSteps) {
  ShardSettings settings() {
    FlatLayout layout = new FlatLayout(List.of(TensorSpec.weight("w", numFloats)));
    return new ShardSettings(
        ShardMap.of(layout, 1).shards().getFirst(),
        1,
        isSync
            ? OptimizerSpec.of("adam", Map.of("learning_rate", 0.01))
            : OptimizerSpec.of("sgd", Map.of("learning_rate", 1.0)),
        isSync ? new Consistency.Sync(OptionalInt.empty()) : new Consistency.Async(),
        1_000_000,
        CheckpointPlan.DEFAULT);
  }

  void writeInitial(MemorySegment values) {
    for (int i = 0; i < numFloats; i++) {
      values.setAtIndex(ValueLayout.JAVA_FLOAT, i, wholeNumber(-1, 0, i));
    }
  }

  void writeGradient(int worker, int step, MemorySegment weights, MemorySegment gradient) {
    for (int i = 0; i < numFloats; i++) {
      float value = wholeNumber(worker, step, i);
      if (isSync) {
        value = value * 0.01f + weights.getAtIndex(ValueLayout.JAVA_FLOAT, i) * 0.1f;
      }
      gradient.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
    }
  }

  /** What asynchronous training must end at: the first weights less every gradient once. */
  float[] sumOfAll() {
    float[] sum = new float[numFloats];
    for (int i = 0; i < numFloats; i++) {
      sum[i] = wholeNumber(-1, 0, i);
      for (int worker = 0; worker < numWorkers; worker++) {
        for (int step = 0; step < numSteps; step++) {
          sum[i] -= wholeNumber(worker, step, i);
        }
      }
    }
    return sum;
  }

  /** From -8 to 7. */
  private static float wholeNumber(int worker, int step, int i) {
    return (((worker + 2) * 0x9E3779B9 + step * 0x85EBCA6B + i * 0xC2B2AE35) >> 28);
  }
}
