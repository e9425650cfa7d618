package gradwire.dl4j;

import gradwire.random.Draws;
import gradwire.worker.engine.Batch;
import gradwire.worker.engine.FloatTensor;
import gradwire.worker.engine.StepFlow;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** By DL4J's own layers, all of them or most. One thread. */
final class Dl4jComputation implements Computation {
  private final FlatNetwork network;
  private final GradientPlan plan;
  private final BatchArrays arrays = new BatchArrays();
  private final List<FloatTensor> outputs = new ArrayList<>();

  Dl4jComputation(FlatNetwork network, GradientPlan plan) {
    this.network = network;
    this.plan = plan;
  }

  @Override
  public double computeGradient(Batch batch, long randomKey, StepFlow flow) {
    Nd4j.getRandom().setSeed(Draws.of(randomKey, Draws.Purpose.DROPOUT).nextLong());
    return plan.computeGradient(arrays.of(batch.features()), arrays.of(batch.labels()), flow);
  }

  @Override
  public List<FloatTensor> infer(Batch batch) {
    INDArray[] computed = network.infer(arrays.of(batch.features()));
    for (int i = 0; i < computed.length; i++) {
      keep(i, computed[i]);
    }
    return List.copyOf(outputs);
  }

  private void keep(int index, INDArray computed) {
    if (index == outputs.size()) {
      outputs.add(FloatTensor.zeros(Arena.ofAuto(), computed.shape()));
    } else if (!Arrays.equals(outputs.get(index).shape(), computed.shape())) {
      outputs.set(index, FloatTensor.zeros(Arena.ofAuto(), computed.shape()));
    }
    FloatTensor kept = outputs.get(index);
    SegmentArrays.array(kept.memory(), kept.shape()).assign(computed);
  }

  @Override
  public String backend() {
    return Nd4jSetup.backend();
  }

  @Override
  public void close() {
    plan.close();
  }
}
