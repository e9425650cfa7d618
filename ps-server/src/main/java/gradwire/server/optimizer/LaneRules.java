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
 *
 * <p>Every rule has its own loop: one loop for all would call them through an interface, and a
 * vector that crosses such a call becomes an object. What rules share is static, and inlined.
 */
final class LaneRules {
  private LaneRules() {}

  static LaneRule sgd(float rate) {
    return (state, into, at, gradient, from, numBytes, decay) -> {
      MemorySegment weights = state.weights();
      MemorySegment newWeights = into.weights();
      for (int i = 0; i < numBytes; i += Lanes.BYTES) {
        FloatVector w = load(weights, at + i);
        FloatVector g = decayed(load(gradient, from + i), w, decay);
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
        FloatVector g = decayed(load(gradient, from + i), w, decay);
        FloatVector a = accumulated(accumulator, newAccumulator, at + i, momentum, g);
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
        FloatVector g = decayed(load(gradient, from + i), w, decay);
        FloatVector a = accumulated(accumulator, newAccumulator, at + i, momentum, g);
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
        FloatVector g = decayed(load(gradient, from + i), w, decay);
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
        FloatVector g = decayed(load(gradient, from + i), w, decay);
        FloatVector s = towards(g.mul(g), load(meanSquare, at + i), renewed);
        FloatVector step = g.mul(rate).div(root(s.add(epsilon)));
        store(s, newMeanSquare, at + i);
        FloatVector m = accumulated(accumulator, newAccumulator, at + i, momentum, step);
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
        FloatVector g = decayed(load(gradient, from + i), w, before);
        FloatVector m = towards(g, load(mean, at + i), renewedMean);
        FloatVector v = towards(g.mul(g), load(square, at + i), renewedSquare);
        store(m, newMean, at + i);
        store(v, newSquare, at + i);
        FloatVector step = m.mul(rate).div(root(v).add(epsilon));
        store(w.sub(w.mul(beside)).sub(step), newWeights, at + i);
      }
    };
  }

  private static FloatVector decayed(FloatVector gradient, FloatVector weights, float decay) {
    return gradient.add(weights.mul(decay));
  }

  /** What has accumulated, with {@code next}; stored. */
  private static FloatVector accumulated(
      MemorySegment accumulator, MemorySegment into, long at, float momentum, FloatVector next) {
    FloatVector sum = load(accumulator, at).mul(momentum).add(next);
    store(sum, into, at);
    return sum;
  }

  /** A moving mean, a share of its distance to {@code next} later. */
  private static FloatVector towards(FloatVector next, FloatVector mean, float share) {
    return mean.add(next.sub(mean).mul(share));
  }

  private static FloatVector root(FloatVector x) {
    return x.lanewise(VectorOperators.SQRT);
  }
}
