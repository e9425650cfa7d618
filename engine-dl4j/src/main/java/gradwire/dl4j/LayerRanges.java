package gradwire.dl4j;

import gradwire.plan.Range;
import java.util.Optional;

/**
 * Where the parameters of a network's layers lie. Immutable.
 *
 * @param table of all of them
 */
record LayerRanges(Parameters table) {
  /** DL4J's usual name for weights. */
  static final String WEIGHTS = "W";

  private static final String BIAS = "b";

  /** All of a layer's, which are neighbours; none if it has none. */
  Range all(VertexList.Place place) {
    ParameterRange range = table.rangeOf(place.key());
    return new Range(range.begin(), range.length());
  }

  /**
   * @param key DL4J's name within the layer
   * @throws UnknownLayerException if there is none
   */
  Range of(VertexList.Place place, String key) throws UnknownLayerException {
    Parameters.Parameter parameter = parameter(place, key);
    return new Range(parameter.offset(), parameter.numFloats());
  }

  /**
   * @param isThere whether there is one
   */
  Optional<Range> bias(VertexList.Place place, boolean isThere) throws UnknownLayerException {
    return isThere ? Optional.of(of(place, BIAS)) : Optional.empty();
  }

  /** Whether a matrix lies row by row. */
  boolean isRowMajor(VertexList.Place place, String key) throws UnknownLayerException {
    return parameter(place, key).order() == 'c';
  }

  private Parameters.Parameter parameter(VertexList.Place place, String key)
      throws UnknownLayerException {
    String name = place.key() + "_" + key;
    return table.parameters().stream()
        .filter(parameter -> parameter.dl4jName().equals(name))
        .findAny()
        .orElseThrow(() -> new UnknownLayerException(place.name(), "no parameter " + name));
  }
}
