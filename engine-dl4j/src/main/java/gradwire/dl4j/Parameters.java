package gradwire.dl4j;

import gradwire.error.Expect;
import gradwire.error.UsageException;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.TensorKind;
import gradwire.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where each of a network's parameters lies in the flat vector, and what it is. Immutable.
 *
 * @param parameters in the order of the flat vector, without gaps
 */
record Parameters(List<Parameter> parameters) {
  /**
   * One parameter.
   *
   * @param dl4jName e.g. {@code 0_W}, {@code conv1_b}
   * @param key DL4J's name within the layer, e.g. {@code W}
   * @param offset first element in the flat vector, in floats
   * @param shape as DL4J has it
   * @param order 'c' or 'f'
   */
  record Parameter(
      String dl4jName,
      Trainable layer,
      String key,
      long offset,
      List<Long> shape,
      char order,
      TensorKind kind) {
    long numFloats() {
      return shape.stream().reduce(1L, Math::multiplyExact);
    }
  }

  /** Reads the parameter tables of all layers. */
  static Parameters of(List<NamedLayer> layers) {
    List<Parameter> found = new ArrayList<>();
    for (NamedLayer named : layers) {
      named
          .layer()
          .paramTable(false)
          .forEach((key, view) -> found.add(parameter(named, key, view)));
    }
    found.sort(Comparator.comparingLong(Parameter::offset));
    requireNoGaps(found);
    return new Parameters(List.copyOf(found));
  }

  /**
   * The layout, with the caller's names where it has any.
   *
   * @param names our name by DL4J's
   * @throws UsageException if {@code names} knows a parameter that the network doesn't have
   */
  FlatLayout layout(Map<String, String> names) {
    Set<String> own = parameters.stream().map(Parameter::dl4jName).collect(Collectors.toSet());
    Set<String> unknown = new TreeSet<>(names.keySet());
    unknown.removeAll(own);
    Expect.that(
        unknown.isEmpty(),
        "tensorNames",
        "names of the network's parameters " + new TreeSet<>(own),
        unknown,
        "correct or remove them");
    return new FlatLayout(parameters.stream().map(p -> spec(p, names)).toList());
  }

  /**
   * Where a layer's parameters lie; they are neighbours.
   *
   * @param layer DL4J's name for it: its index in a chain, or its vertex's name
   */
  ParameterRange rangeOf(String layer) {
    List<Parameter> own =
        parameters.stream().filter(p -> p.dl4jName().equals(layer + "_" + p.key())).toList();
    if (own.isEmpty()) {
      return ParameterRange.NONE;
    }
    long begin = own.getFirst().offset();
    long length = own.stream().mapToLong(Parameter::numFloats).sum();
    Expect.that(
        own.getLast().offset() + own.getLast().numFloats() == begin + length,
        "parameter " + own.getFirst().dl4jName(),
        "its layer's " + length + " floats side by side",
        own.stream().map(Parameter::offset).toList(),
        "this kind of layer is not supported; use plain DL4J layers");
    return new ParameterRange(begin, length);
  }

  /** Of the flat vectors, in floats. */
  long numFloats() {
    return parameters.stream().mapToLong(Parameter::numFloats).sum();
  }

  private static TensorSpec spec(Parameter parameter, Map<String, String> names) {
    String name = names.getOrDefault(parameter.dl4jName(), parameter.dl4jName());
    boolean matrix = parameter.shape().stream().filter(axis -> axis > 1).count() > 1;
    TensorSpec.Order order =
        matrix && parameter.order() == 'f'
            ? TensorSpec.Order.COLUMN_MAJOR
            : TensorSpec.Order.ROW_MAJOR;
    return new TensorSpec(name, parameter.shape(), order, parameter.kind());
  }

  private static Parameter parameter(NamedLayer named, String key, INDArray view) {
    return new Parameter(
        named.name() + "_" + key,
        named.layer(),
        key,
        view.offset(),
        shape(view),
        view.ordering(),
        kind(named.layer(), key));
  }

  /** DL4J keeps vectors as one row; here they have one axis. */
  private static List<Long> shape(INDArray view) {
    return view.rank() == 2 && view.size(0) == 1
        ? List.of(view.size(1))
        : Arrays.stream(view.shape()).boxed().toList();
  }

  private static TensorKind kind(Trainable layer, String key) {
    if (!layer.updaterDivideByMinibatch(key)) {
      return TensorKind.STATISTIC;
    }
    boolean weight =
        layer.getConfig() instanceof Layer configuration
            && configuration.initializer().isWeightParam(configuration, key);
    return weight ? TensorKind.WEIGHT : TensorKind.BIAS;
  }

  private static void requireNoGaps(List<Parameter> sorted) {
    long end = 0;
    for (Parameter parameter : sorted) {
      Expect.that(
          parameter.offset() == end,
          "parameter " + parameter.dl4jName(),
          "offset " + end + " in the flat vector",
          parameter.offset(),
          "this kind of layer is not supported; use plain DL4J layers");
      end += parameter.numFloats();
    }
  }
}
