package gradwire.server.optimizer;

import static gradwire.server.optimizer.Lanes.load;
import static gradwire.server.optimizer.Lanes.store;

import gradwire.server.optimizer.Update.LaneRule;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The rules' loops on lanes: the same operations in the same order as the loops over arrays, none
 * of them fused, so that both give the same bits. The formulas stand at the optimizers. Loads only
 * where {@link LaneSupport#isHere}.
 */
final class LaneRules {
  private LaneRules() {}

  static LaneRule sgd(float rate) {
    return (state, into, at, gradient, from, numBytes, decay) -> {
      MemorySegment weights = state.weights();
      MemorySegment newWeights = into.weights();
      for (int i = 0; i < numBytes; i += Lanes.BYTES) {
        FloatVector w = load(weights, at + i);
        FloatVector g = load(gradient, from + i).add(w.mul(decay));
        store(w.sub(g.mul(rate)), newWeights, at + i);
      }
    };
  }

  static LaneRule momentum(float rate, float momentum) {
    return (state, into, at, gradient, from, numBytes, decay) -> {
      MemorySegment weights = state.weights();
      MemorySegment newWeights = into.weights();
      MemorySegment accumulator = state.slots()[0];
      MemorySegment newAccumulator = into.slots()[0];
      for (int i = 0; i < numBytes; i += Lanes.BYTES) {
        FloatVector w = load(weights, at + i);
        FloatVector g = load(gradient, from + i).add(w.mul(decay));
        FloatVector a = load(accumulator, at + i).mul(momentum).add(g);
        store(a, newAccumulator, at + i);
        store(w.sub(a.mul(rate)), newWeights, at + i);
      }
    };
  }

  static LaneRule nesterov(float rate, float momentum) {
    float ahead = rate * momentum;
    return (state, into, at, gradient, from, numBytes, decay) -> {
      MemorySegment weights = state.weights();
      MemorySegment newWeights = into.weights();
      MemorySegment accumulator = state.slots()[0];
      MemorySegment newAccumulator = into.slots()[0];
      for (int i = 0; i < numBytes; i += Lanes.BYTES) {
        FloatVector w = load(weights, at + i);
        FloatVector g = load(gradient, from + i).add(w.mul(decay));
        FloatVector a = load(accumulator, at + i).mul(momentum).add(g);
        store(a, newAccumulator, at + i);
        store(w.sub(g.mul(rate).add(a.mul(ahead))), newWeights, at + i);
      }
    };
  }

  static LaneRule adagrad(float rate) {
    return (state, into, at, gradient, from, numBytes, decay) -> {
      MemorySegment weights = state.weights();
      MemorySegment newWeights = into.weights();
      MemorySegment accumulator = state.slots()[0];
      MemorySegment newAccumulator = into.slots()[0];
      for (int i = 0; i < numBytes; i += Lanes.BYTES) {
        FloatVector w = load(weights, at + i);
        FloatVector g = load(gradient, from + i).add(w.mul(decay));
        FloatVector a = load(accumulator, at + i).add(g.mul(g));
        store(a, newAccumulator, at + i);
        store(w.sub(g.mul(rate).div(root(a))), newWeights, at + i);
      }
    };
  }

  static LaneRule rmsProp(float rate, float renewed, float momentum, float epsilon) {
    return (state, into, at, gradient, from, numBytes, decay) -> {
      MemorySegment weights = state.weights();
      MemorySegment newWeights = into.weights();
      MemorySegment meanSquare = state.slots()[0];
      MemorySegment newMeanSquare = into.slots()[0];
      MemorySegment accumulator = state.slots()[1];
      MemorySegment newAccumulator = into.slots()[1];
      for (int i = 0; i < numBytes; i += Lanes.BYTES) {
        FloatVector w = load(weights, at + i);
        FloatVector g = load(gradient, from + i).add(w.mul(decay));
        FloatVector before = load(meanSquare, at + i);
        FloatVector s = before.add(g.mul(g).sub(before).mul(renewed));
        FloatVector step = g.mul(rate).div(root(s.add(epsilon)));
        FloatVector m = load(accumulator, at + i).mul(momentum).add(step);
        store(s, newMeanSquare, at + i);
        store(m, newAccumulator, at + i);
        store(w.sub(m), newWeights, at + i);
      }
    };
  }

  static LaneRule adam(Adam.Scalars scalars, boolean decoupled) {
    float rate = scalars.rate();
    float renewedMean = scalars.renewedMean();
    float renewedSquare = scalars.renewedSquare();
    float epsilon = scalars.epsilon();
    return (state, into, at, gradient, from, numBytes, decay) -> {
      MemorySegment weights = state.weights();
      MemorySegment newWeights = into.weights();
      MemorySegment mean = state.slots()[0];
      MemorySegment newMean = into.slots()[0];
      MemorySegment square = state.slots()[1];
      MemorySegment newSquare = into.slots()[1];
      float before = decoupled ? 0 : decay;
      float beside = decoupled ? decay : 0;
      for (int i = 0; i < numBytes; i += Lanes.BYTES) {
        FloatVector w = load(weights, at + i);
        FloatVector g = load(gradient, from + i).add(w.mul(before));
        FloatVector m = load(mean, at + i);
        m = m.add(g.sub(m).mul(renewedMean));
        FloatVector v = load(square, at + i);
        v = v.add(g.mul(g).sub(v).mul(renewedSquare));
        store(m, newMean, at + i);
        store(v, newSquare, at + i);
        FloatVector step = m.mul(rate).div(root(v).add(epsilon));
        store(w.sub(w.mul(beside)).sub(step), newWeights, at + i);
      }
    };
  }

  private static FloatVector root(FloatVector x) {
    return x.lanewise(VectorOperators.SQRT);
  }
}
