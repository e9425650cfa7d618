package gradwire.plan;

import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cpu.ElementLoss;
import gradwire.kernels.cpu.Window.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts networks together, with parameters one after the other. */
final class Nets {
  static final Loss SQUARED = new Loss.Elements(Activation.IDENTITY, ElementLoss.SQUARED);

  private final List<Vertex> vertices = new ArrayList<>();
  private long numFloats;
  private boolean hasLossOfSteps;

  /** A network that is given images or sequences, channels first. */
  static Nets ofImages() {
    return new Nets().add(new ChannelsLast(Optional.empty(), ChannelsLast.Source.INPUT));
  }

  /** Floats of all parameters so far. */
  long numFloats() {
    return numFloats;
  }

  private Range next(long length) {
    Range range = new Range(numFloats, length);
    numFloats += length;
    return range;
  }

  Nets dense(int numInputs, int numOutputs, Activation activation) {
    Range weights = next((long) numInputs * numOutputs);
    Range bias = next(numOutputs);
    return add(
        new Dense(numInputs, numOutputs, weights, Optional.of(bias), activation),
        new Range(weights.begin(), weights.length() + bias.length()));
  }

  Nets convolution(int channels, int numFilters, Geometry geometry, Activation activation) {
    return convolution(channels, numFilters, geometry, Convolution.Order.FILTERS_FIRST, activation);
  }

  Nets convolution(
      int channels,
      int numFilters,
      Geometry geometry,
      Convolution.Order order,
      Activation activation) {
    Range bias = next(numFilters);
    Range weights = next((long) numFilters * channels * geometry.kernel().area());
    return add(
        new Convolution(numFilters, geometry, weights, order, Optional.of(bias), activation),
        new Range(bias.begin(), weights.length() + bias.length()));
  }

  Nets depthwise(int channels, int multiplier, Geometry geometry, Depthwise.Order order) {
    Range weights = next((long) channels * multiplier * geometry.kernel().area());
    Range bias = next((long) channels * multiplier);
    return add(
        new Depthwise(multiplier, geometry, weights, order, Optional.of(bias), Activation.TANH),
        new Range(weights.begin(), weights.length() + bias.length()));
  }

  Nets batchNorm(int channels) {
    Range gamma = next(channels);
    Range beta = next(channels);
    BatchNorm.Settings settings = new BatchNorm.Settings(1e-5, 0.9, false);
    Range mean = next(channels);
    Range spread = next(channels);
    return add(
        new BatchNorm(gamma, beta, mean, spread, settings),
        new Range(gamma.begin(), 4L * channels));
  }

  Nets layerNorm(int numFeatures, boolean hasBias) {
    Range gain = next(numFeatures);
    Optional<Range> bias = hasBias ? Optional.of(next(numFeatures)) : Optional.empty();
    return add(new LayerNorm(gain, bias), new Range(gain.begin(), numFloats - gain.begin()));
  }

  Nets lstm(int numInputs, int numUnits) {
    Range weights = next(4L * numInputs * numUnits);
    Range recurrent = next(4L * numUnits * numUnits);
    Range bias = next(4L * numUnits);
    return add(
        new Lstm(numInputs, numUnits, weights, recurrent, bias),
        new Range(weights.begin(), weights.length() + recurrent.length() + bias.length()));
  }

  Nets embedding(
      int numIds, int numFeatures, Embedding.Ids ids, boolean rowMajor, boolean hasBias) {
    Range weights = next((long) numIds * numFeatures);
    Optional<Range> bias = hasBias ? Optional.of(next(numFeatures)) : Optional.empty();
    return add(
        new Embedding(numIds, numFeatures, ids, weights, rowMajor, bias),
        new Range(weights.begin(), numFloats - weights.begin()));
  }

  Nets add(Layer layer) {
    return add(layer, Range.NONE);
  }

  private Nets add(Layer layer, Range parameters) {
    vertices.add(new Vertex(layer, List.of(vertices.size() - 1), parameters));
    return this;
  }

  /** Adds the value of {@code earlier} vertices before to the last one's. */
  Nets addEarlier(int... earlier) {
    List<Integer> inputs = new ArrayList<>(List.of(vertices.size() - 1));
    for (int back : earlier) {
      inputs.add(vertices.size() - 1 - back);
    }
    vertices.add(new Vertex(new Sum(), inputs, Range.NONE));
    return this;
  }

  /** Puts the channels of {@code earlier} vertices before behind the last one's. */
  Nets concatEarlier(int... earlier) {
    List<Integer> inputs = new ArrayList<>(List.of(vertices.size() - 1));
    for (int back : earlier) {
      inputs.add(vertices.size() - 1 - back);
    }
    vertices.add(new Vertex(new Concat(), inputs, Range.NONE));
    return this;
  }

  /** Every time step has labels. */
  Nets withLossOfSteps() {
    hasLossOfSteps = true;
    return this;
  }

  NetworkSpec with(Loss loss) {
    return new NetworkSpec(vertices, loss, hasLossOfSteps);
  }

  /** Square, all but the padding. */
  static Geometry geometry(int kernel, int stride, int padding, int dilation) {
    return new Geometry(square(kernel), square(stride), square(padding), square(dilation), false);
  }

  static Geometry same(int kernel, int stride) {
    return new Geometry(square(kernel), square(stride), square(0), square(1), true);
  }

  static Size square(int side) {
    return new Size(side, side);
  }
}
