package gradwire.dl4j;

import gradwire.config.ComputeChoice;
import gradwire.config.EngineChoice;
import java.util.Map;

/**
 * How an engine presents a network, and what computes it. Immutable.
 *
 * @param lossReduction what {@code computeGradient} returns and differentiates
 * @param tensorNames our name by DL4J's, e.g. {@code 0_W} to {@code hid_w}; the others keep DL4J's
 * @param compute compiled, or by DL4J's layers; on the CPU, or on which GPU
 */
public record Dl4jOptions(
    LossReduction lossReduction, Map<String, String> tensorNames, ComputeChoice compute) {
  /** The batch mean, DL4J's names, compiled where that can be, on the CPU. */
  public static final Dl4jOptions DEFAULT = new Dl4jOptions(LossReduction.MEAN, Map.of());

  public Dl4jOptions {
    tensorNames = Map.copyOf(tensorNames);
  }

  /** Compiled where that can be, on the CPU. */
  public Dl4jOptions(LossReduction lossReduction, Map<String, String> tensorNames) {
    this(lossReduction, tensorNames, ComputeChoice.cpu(EngineChoice.AUTO));
  }

  /** The same, computed by another engine or elsewhere. */
  public Dl4jOptions with(ComputeChoice other) {
    return new Dl4jOptions(lossReduction, tensorNames, other);
  }
}
