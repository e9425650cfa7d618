package gradwire.dl4j;

import gradwire.error.Expect;
import gradwire.error.UsageException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * How a parameter is pulled towards 0. Immutable.
 *
 * @param coupled added to the gradient, times the parameter
 * @param decoupled added to the update, times the parameter and the learning rate
 */
record WeightPenalty(double coupled, double decoupled) {
  static final WeightPenalty NONE = new WeightPenalty(0, 0);

  /**
   * @throws UsageException if the servers have nothing equal
   */
  static WeightPenalty of(
      @Nullable List<Regularization> regularizations, double learningRate, String where) {
    WeightPenalty sum = NONE;
    for (Regularization one :
        regularizations == null ? List.<Regularization>of() : regularizations) {
      sum = sum.plus(of(one, learningRate, where));
    }
    return sum;
  }

  private WeightPenalty plus(WeightPenalty other) {
    return new WeightPenalty(coupled + other.coupled, decoupled + other.decoupled);
  }

  private static WeightPenalty of(Regularization one, double learningRate, String where) {
    if (one instanceof L2Regularization l2) {
      return new WeightPenalty(constant(l2.getL2(), where), 0);
    }
    if (one instanceof WeightDecay decay) {
      double coefficient = constant(decay.getCoeff(), where);
      return new WeightPenalty(0, decay.isApplyLR() ? coefficient : coefficient / learningRate);
    }
    throw new UsageException(
        Expect.message(where, "l2 or weightDecay", one.getClass().getSimpleName(), "remove it"));
  }

  private static double constant(ISchedule schedule, String where) {
    Expect.that(
        schedule instanceof FixedSchedule,
        where,
        "a constant regularisation coefficient",
        schedule,
        "give a number");
    return schedule.valueAt(0, 0);
  }
}
