package gradwire.plan;

import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cpu.Window.Size;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Networks around every layer, over shapes with primes and edges; for {@link LayerOracleTest}. */
final class OracleCases {
  private OracleCases() {}

  static Stream<Arguments> networks() {
    return Stream.of(
            dense(),
            firstConvolutions(),
            innerConvolutions(),
            depthwise(),
            pools(),
            norms(),
            sums(),
            concats(),
            sequences(),
            embeddings(),
            dropouts())
        .flatMap(it -> it);
  }

  private static Stream<Arguments> dense() {
    Stream<Arguments> activations =
        Stream.of(Activation.values())
            .filter(Activation::hasSlopeByValue)
            .map(
                f ->
                    flat(
                        "dense " + f,
                        new Nets().dense(7, 5, f).dense(5, 3, Activation.IDENTITY),
                        7,
                        6));
    Stream<Arguments> elements =
        Stream.of(Activation.values())
            .map(
                f ->
                    flat(
                        "elements " + f,
                        new Nets()
                            .dense(7, 5, Activation.IDENTITY)
                            .add(new Elements(f))
                            .dense(5, 3, Activation.IDENTITY),
                        7,
                        6));
    Stream<Arguments> sizes =
        Stream.of(1, 2, 7, 8, 9, 31)
            .map(
                n ->
                    flat(
                        "dense, batch " + n,
                        new Nets()
                            .dense(13, 17, Activation.RELU)
                            .dense(17, 11, Activation.IDENTITY),
                        13,
                        n));
    return Stream.concat(Stream.concat(activations, elements), sizes);
  }

  /** A convolution's settings, and what it is used on. */
  private record Case(
      String name, int channels, int numFilters, Geometry geometry, Shape image, int batchSize) {}

  private static Stream<Case> cases() {
    return Stream.of(
        new Case("3x3", 3, 4, Nets.geometry(3, 1, 0, 1), new Shape(7, 5, 3), 5),
        new Case("8 filters", 2, 8, Nets.geometry(2, 1, 0, 1), new Shape(4, 5, 2), 3),
        new Case("19 filters", 2, 19, Nets.geometry(2, 1, 0, 1), new Shape(4, 5, 2), 3),
        new Case("24 filters", 2, 24, Nets.geometry(2, 1, 0, 1), new Shape(4, 5, 2), 3),
        new Case("27 filters", 2, 27, Nets.geometry(2, 1, 0, 1), new Shape(4, 5, 2), 3),
        new Case("50 filters", 1, 50, Nets.geometry(2, 1, 0, 1), new Shape(4, 5, 1), 3),
        new Case("3x3, 1 channel", 1, 5, Nets.geometry(3, 1, 0, 1), new Shape(6, 7, 1), 5),
        new Case("5x5, 11 channels", 11, 13, Nets.geometry(5, 1, 0, 1), new Shape(7, 7, 11), 2),
        new Case("on 19 columns", 2, 3, Nets.geometry(3, 1, 0, 1), new Shape(4, 19, 2), 2),
        new Case("stride 2", 2, 3, Nets.geometry(3, 2, 0, 1), new Shape(8, 7, 2), 3),
        new Case("stride above kernel", 2, 3, Nets.geometry(2, 3, 0, 1), new Shape(9, 8, 2), 3),
        new Case("padding 1", 2, 3, Nets.geometry(3, 1, 1, 1), new Shape(4, 5, 2), 3),
        new Case("padding 2, stride 2", 2, 3, Nets.geometry(3, 2, 2, 1), new Shape(5, 4, 2), 3),
        new Case("dilation 2", 2, 3, Nets.geometry(3, 1, 0, 2), new Shape(7, 6, 2), 3),
        new Case("dilation 2, padding 1", 2, 3, Nets.geometry(2, 1, 1, 2), new Shape(5, 6, 2), 3),
        new Case("kernel = image", 3, 4, Nets.geometry(5, 1, 0, 1), new Shape(5, 5, 3), 4),
        new Case("1x1", 5, 4, Nets.geometry(1, 1, 0, 1), new Shape(3, 5, 5), 4),
        new Case("1x1, stride 2", 5, 4, Nets.geometry(1, 2, 0, 1), new Shape(3, 5, 5), 4),
        new Case(
            "1x1, stride 2, padding 1", 5, 4, Nets.geometry(1, 2, 1, 1), new Shape(3, 3, 5), 4),
        new Case("on a pixel", 5, 4, Nets.geometry(1, 1, 0, 1), new Shape(1, 1, 5), 1),
        new Case("3x3 on a padded pixel", 5, 4, Nets.geometry(3, 1, 1, 1), new Shape(1, 1, 5), 2),
        new Case("same", 2, 3, Nets.same(3, 1), new Shape(5, 4, 2), 3),
        new Case("same, even kernel", 2, 3, Nets.same(2, 1), new Shape(5, 4, 2), 3),
        new Case("same, stride 2", 2, 3, Nets.same(3, 2), new Shape(6, 5, 2), 3),
        new Case("2x3, stride 1x2", 2, 3, oblong(), new Shape(6, 7, 2), 3),
        new Case("several blocks", 5, 3, Nets.geometry(3, 1, 1, 1), new Shape(43, 37, 5), 3));
  }

  private static Stream<Arguments> firstConvolutions() {
    return cases()
        .map(
            it ->
                image(
                    "first convolution " + it.name,
                    Nets.ofImages()
                        .convolution(it.channels, it.numFilters, it.geometry, Activation.RELU),
                    it.image,
                    it.batchSize));
  }

  /** Their input's gradient shows in the gradient of the convolution before. */
  private static Stream<Arguments> innerConvolutions() {
    Stream<Arguments> after =
        cases()
            .map(
                it ->
                    image(
                        "inner convolution " + it.name,
                        Nets.ofImages()
                            .convolution(
                                it.channels,
                                it.channels,
                                Nets.geometry(1, 1, 0, 1),
                                Activation.TANH)
                            .convolution(it.channels, it.numFilters, it.geometry, Activation.TANH),
                        it.image,
                        it.batchSize));
    Stream<Arguments> filtersLast =
        Stream.of(Nets.geometry(3, 1, 1, 1), Nets.geometry(1, 1, 0, 1), oblong())
            .map(
                g ->
                    image(
                        "filters last " + g,
                        Nets.ofImages()
                            .convolution(2, 5, g, Convolution.Order.FILTERS_LAST, Activation.TANH)
                            .convolution(
                                5, 3, g, Convolution.Order.FILTERS_LAST, Activation.IDENTITY),
                        new Shape(9, 11, 2),
                        3));
    return Stream.concat(
        Stream.concat(after, filtersLast),
        Stream.of(
            image(
                "images where they are asked for",
                Nets.ofImages()
                    .convolution(2, 3, Nets.geometry(3, 1, 0, 1), Activation.TANH)
                    .add(
                        new ChannelsLast(
                            Optional.of(new Shape(3, 2, 3)), ChannelsLast.Source.VERTEX))
                    .convolution(3, 2, Nets.geometry(2, 1, 0, 1), Activation.IDENTITY),
                new Shape(5, 4, 2),
                3),
            image(
                "convolution, channels first, dense",
                Nets.ofImages()
                    .convolution(2, 3, Nets.geometry(3, 1, 0, 1), Activation.RELU)
                    .add(new ChannelsFirst())
                    .dense(18, 4, Activation.IDENTITY),
                new Shape(5, 4, 2),
                3),
            flat(
                "dense, channels last, convolution",
                new Nets()
                    .dense(7, 30, Activation.IDENTITY)
                    .add(
                        new ChannelsLast(
                            Optional.of(new Shape(2, 5, 3)), ChannelsLast.Source.VERTEX))
                    .convolution(3, 4, Nets.geometry(2, 1, 0, 1), Activation.RELU),
                7,
                3)));
  }

  private static Stream<Arguments> depthwise() {
    return Stream.of(Depthwise.Order.values())
        .flatMap(
            order ->
                Stream.of(
                        Nets.geometry(3, 1, 1, 1),
                        Nets.geometry(2, 2, 0, 2),
                        Nets.same(3, 2),
                        oblong())
                    .flatMap(
                        g ->
                            Stream.of(1, 3)
                                .map(
                                    multiplier ->
                                        image(
                                            "depthwise %s %s x%d".formatted(order, g, multiplier),
                                            Nets.ofImages()
                                                .convolution(
                                                    2, 11, Nets.same(1, 1), Activation.IDENTITY)
                                                .depthwise(11, multiplier, g, order),
                                            new Shape(7, 5, 2),
                                            3))));
  }

  private static Geometry oblong() {
    return new Geometry(new Size(2, 3), new Size(1, 2), Nets.square(0), Nets.square(1), false);
  }

  private static Stream<Arguments> pools() {
    return Stream.of(
            Nets.geometry(2, 2, 0, 1),
            Nets.geometry(3, 2, 0, 1),
            Nets.geometry(2, 3, 0, 1),
            Nets.geometry(3, 1, 1, 1),
            Nets.geometry(2, 1, 0, 2),
            Nets.same(2, 2),
            Nets.same(3, 2),
            oblong())
        .flatMap(
            g ->
                Stream.of(
                    pool("max " + g, new MaxPool(Optional.of(g))),
                    pool(
                        "average " + g,
                        new AveragePool(Optional.of(g), AveragePool.Divisor.KERNEL)),
                    pool(
                        "covered " + g,
                        new AveragePool(Optional.of(g), AveragePool.Divisor.COVERED)),
                    pool("sum " + g, new AveragePool(Optional.of(g), AveragePool.Divisor.ONE)),
                    pool("global max", new MaxPool(Optional.empty())),
                    pool(
                        "global", new AveragePool(Optional.empty(), AveragePool.Divisor.COVERED))));
  }

  private static Stream<Arguments> norms() {
    return Stream.of(
        flat(
            "batch norm",
            new Nets()
                .dense(7, 11, Activation.TANH)
                .batchNorm(11)
                .dense(11, 3, Activation.IDENTITY),
            7,
            9),
        flat(
            "batch norm, batch 2",
            new Nets().dense(7, 5, Activation.TANH).batchNorm(5).dense(5, 3, Activation.IDENTITY),
            7,
            2),
        image(
            "batch norm of images",
            Nets.ofImages()
                .convolution(2, 13, Nets.geometry(2, 1, 0, 1), Activation.TANH)
                .batchNorm(13),
            new Shape(5, 4, 2),
            3),
        flat(
            "layer norm",
            new Nets()
                .dense(7, 11, Activation.TANH)
                .layerNorm(11, true)
                .dense(11, 3, Activation.IDENTITY),
            7,
            5),
        flat("layer norm first, no bias", new Nets().layerNorm(7, false), 7, 1),
        sequence(
            "layer norm of steps",
            Nets.ofImages().dense(3, 8, Activation.TANH).layerNorm(8, true).add(new LastStep()),
            4,
            3,
            3),
        image("batch norm first", Nets.ofImages().batchNorm(3), new Shape(5, 4, 3), 3));
  }

  private static Stream<Arguments> sums() {
    return Stream.of(
        flat(
            "residual",
            new Nets()
                .dense(7, 5, Activation.TANH)
                .dense(5, 5, Activation.TANH)
                .addEarlier(1)
                .dense(5, 3, Activation.IDENTITY),
            7,
            4),
        flat("twice the same", new Nets().dense(7, 5, Activation.TANH).addEarlier(0), 7, 4),
        image(
            "residual block",
            Nets.ofImages()
                .convolution(2, 5, Nets.same(3, 1), Activation.RELU)
                .convolution(5, 5, Nets.same(3, 1), Activation.IDENTITY)
                .batchNorm(5)
                .add(new Elements(Activation.RELU))
                .convolution(5, 5, Nets.same(3, 1), Activation.IDENTITY)
                .batchNorm(5)
                .addEarlier(5)
                .add(new Elements(Activation.RELU))
                .addEarlier(2, 6)
                .add(new AveragePool(Optional.empty(), AveragePool.Divisor.COVERED))
                .dense(5, 3, Activation.IDENTITY),
            new Shape(5, 4, 2),
            3));
  }

  private static Stream<Arguments> concats() {
    return Stream.of(
        flat(
            "concat",
            new Nets()
                .dense(7, 5, Activation.TANH)
                .dense(5, 3, Activation.TANH)
                .concatEarlier(1)
                .dense(8, 3, Activation.IDENTITY),
            7,
            4),
        flat("concat with itself", new Nets().dense(7, 5, Activation.TANH).concatEarlier(0), 7, 1),
        image(
            "concat of images",
            Nets.ofImages()
                .convolution(2, 5, Nets.same(3, 1), Activation.TANH)
                .convolution(5, 3, Nets.same(1, 1), Activation.TANH)
                .concatEarlier(1)
                .convolution(8, 2, Nets.same(3, 1), Activation.IDENTITY)
                .add(new AveragePool(Optional.empty(), AveragePool.Divisor.KERNEL)),
            new Shape(5, 4, 2),
            3));
  }

  private static Stream<Arguments> sequences() {
    Stream<Arguments> lstms =
        Stream.of(1, 2, 7, 19)
            .flatMap(
                units ->
                    Stream.of(1, 2, 5)
                        .map(
                            steps ->
                                sequence(
                                    "LSTM of %d, %d steps".formatted(units, steps),
                                    Nets.ofImages().lstm(3, units).add(new LastStep()),
                                    steps,
                                    3,
                                    steps == 5 ? 1 : 4)));
    return Stream.concat(
        lstms,
        Stream.of(
            sequence(
                "LSTM of 1, 1 step, batch 1",
                Nets.ofImages().lstm(1, 1).add(new LastStep()),
                1,
                1,
                1),
            sequence(
                "LSTM of many sequences", Nets.ofImages().lstm(3, 5).add(new LastStep()), 3, 3, 87),
            sequence(
                "two LSTMs, dense",
                Nets.ofImages()
                    .lstm(3, 5)
                    .lstm(5, 4)
                    .add(new LastStep())
                    .dense(4, 3, Activation.IDENTITY),
                6,
                3,
                3),
            sequence(
                "LSTM, loss of steps",
                Nets.ofImages().lstm(3, 5).dense(5, 4, Activation.IDENTITY).withLossOfSteps(),
                6,
                3,
                3),
            sequence(
                "loss of one step, batch 1",
                Nets.ofImages().dense(3, 2, Activation.IDENTITY).withLossOfSteps(),
                1,
                3,
                1),
            sequence(
                "dense of steps, LSTM, mean",
                Nets.ofImages()
                    .dense(3, 5, Activation.TANH)
                    .lstm(5, 4)
                    .add(new AveragePool(Optional.empty(), AveragePool.Divisor.KERNEL)),
                6,
                3,
                3),
            sequence(
                "convolution of steps",
                Nets.ofImages()
                    .convolution(3, 5, ofSteps(3, 2, 1), Activation.TANH)
                    .add(new MaxPool(Optional.of(ofSteps(2, 1, 0))))
                    .lstm(5, 4)
                    .add(new LastStep()),
                9,
                3,
                3)));
  }

  private static Geometry ofSteps(int kernel, int stride, int padding) {
    return new Geometry(
        new Size(1, kernel), new Size(1, stride), new Size(0, padding), Nets.square(1), false);
  }

  private static Arguments sequence(
      String name, Nets net, int numSteps, int numFeatures, int batchSize) {
    return Arguments.of(name, net, Shape.sequence(numSteps, numFeatures), batchSize, Nets.SQUARED);
  }

  private static Stream<Arguments> embeddings() {
    return Stream.of(
        flat("embedding", new Nets().embedding(5, 4, Embedding.Ids.ONE, true, true), 1, 7),
        flat("embedding, batch 1", new Nets().embedding(5, 4, Embedding.Ids.ONE, true, true), 1, 1),
        flat(
            "embedding of few ids",
            new Nets()
                .embedding(3, 37, Embedding.Ids.SEQUENCE, true, true)
                .add(new AveragePool(Optional.empty(), AveragePool.Divisor.KERNEL)),
            13,
            11),
        flat(
            "embedding of one step",
            new Nets().embedding(9, 1, Embedding.Ids.SEQUENCE, false, true),
            1,
            5),
        flat(
            "embedding, column-major, LSTM",
            new Nets()
                .embedding(5, 4, Embedding.Ids.SEQUENCE, false, false)
                .lstm(4, 3)
                .add(new LastStep()),
            6,
            5));
  }

  private static Stream<Arguments> dropouts() {
    return Stream.of(0.5, 0.9, 1.0)
        .map(
            kept ->
                flat(
                    "dropout " + kept,
                    new Nets()
                        .add(new Dropout(kept, 0))
                        .dense(7, 19, Activation.TANH)
                        .add(new Dropout(kept, 1))
                        .dense(19, 3, Activation.IDENTITY),
                    7,
                    5));
  }

  private static Arguments pool(String name, Layer layer) {
    Nets net =
        Nets.ofImages()
            .convolution(2, 11, Nets.geometry(1, 1, 0, 1), Activation.IDENTITY)
            .add(layer);
    return image(name, net, new Shape(7, 5, 2), 3);
  }

  private static Arguments flat(String name, Nets net, int numFeatures, int batchSize) {
    return Arguments.of(name, net, Shape.flat(numFeatures), batchSize, Nets.SQUARED);
  }

  private static Arguments image(String name, Nets net, Shape image, int batchSize) {
    return Arguments.of(name, net, image, batchSize, Nets.SQUARED);
  }
}
