package gradwire.dl4j;

import java.util.Map;

/**
 * How an engine presents a network. Immutable.
 *
 * @param lossReduction what {@code computeGradient} returns and differentiates
 * @param tensorNames our name by DL4J's, e.g. {@code 0_W} to {@code hid_w}; the others keep DL4J's
 */
public record Dl4jOptions(LossReduction lossReduction, Map<String, String> tensorNames) {
  /** The batch mean, DL4J's names. */
  public static final Dl4jOptions DEFAULT = new Dl4jOptions(LossReduction.MEAN, Map.of());

  public Dl4jOptions {
    tensorNames = Map.copyOf(tensorNames);
  }
}
