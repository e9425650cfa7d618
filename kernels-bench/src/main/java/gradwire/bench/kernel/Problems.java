package gradwire.bench.kernel;

import gradwire.bench.kernel.Convolution.Layer;
import gradwire.bench.kernel.Convolution.Way;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** What each backend has a kernel for. */
final class Problems {
  private static final List<Problem> PRODUCTS =
      List.of(
          new Product(1024, 1024, 1024),
          new Product(100, 784, 100), // the MNIST network's first layer
          new Product(64, 800, 500), // LeNet's first dense layer
          new Product(8192, 16, 32), // ResNet-20's 1x1 on 32 images
          new Product(32768, 144, 16)); // its first 3x3

  /** LeNet's second, ResNet-20's of each width. */
  private static final List<Layer> LAYERS =
      List.of(
          new Layer(64, 12, 20, 5, 0, 50),
          new Layer(32, 32, 16, 3, 1, 16),
          new Layer(32, 16, 32, 3, 1, 32),
          new Layer(32, 8, 64, 3, 1, 64));

  private static final List<Problem> LOSSES =
      List.of(new CrossEntropy(64, 10), new CrossEntropy(1024, 1000));

  private static final List<VectorSize> ACTIVATIONS = List.of(VectorSize.MIB_1, VectorSize.MB_100);
  private static final List<VectorSize> NETWORKS = List.of(VectorSize.KB_318, VectorSize.MB_100);

  private Problems() {}

  /** In the order of a table. */
  static List<KernelRow> of(Backend backend) {
    return all(backend).map(problem -> new KernelRow(backend, problem)).toList();
  }

  private static Stream<Problem> all(Backend backend) {
    return switch (backend) {
      case NATIVE ->
          join(
              PRODUCTS.stream(),
              convolutions(Way.FORWARD, Way.WEIGHTS_GRADIENT, Way.INPUT_GRADIENT),
              LOSSES.stream(),
              elements(),
              NETWORKS.stream().map(size -> new Update(Update.Rule.SGD, 1, size)),
              NETWORKS.stream().map(size -> new Update(Update.Rule.ADAM, 1, size)),
              NETWORKS.stream().map(size -> new Update(Update.Rule.SGD, 2, size)));
      case ND4J ->
          join(
              PRODUCTS.stream(),
              convolutions(Way.FORWARD, Way.BACKWARD),
              LOSSES.stream(),
              elements(),
              NETWORKS.stream().map(size -> new Update(Update.Rule.ADAM, 1, size)),
              NETWORKS.stream().map(Mean::new));
      case CUDA ->
          join(
              PRODUCTS.stream(),
              convolutions(Way.FORWARD, Way.WEIGHTS_GRADIENT, Way.INPUT_GRADIENT),
              LOSSES.stream(),
              elements(),
              NETWORKS.stream().map(size -> new Update(Update.Rule.SGD, 1, size)),
              NETWORKS.stream().map(size -> new Update(Update.Rule.ADAM, 1, size)),
              NETWORKS.stream().map(Mean::new),
              NETWORKS.stream().map(size -> new Narrowing(Narrowing.Format.BFLOAT16, size)),
              NETWORKS.stream().map(size -> new Narrowing(Narrowing.Format.INT8, size)),
              NETWORKS.stream().map(size -> new Transfer(Transfer.Direction.UPLOAD, size)),
              NETWORKS.stream().map(size -> new Transfer(Transfer.Direction.DOWNLOAD, size)));
    };
  }

  private static Stream<Problem> convolutions(Way... ways) {
    return Arrays.stream(ways)
        .flatMap(way -> LAYERS.stream().map(layer -> new Convolution(way, layer)));
  }

  private static Stream<Problem> elements() {
    return Arrays.stream(Elements.Operation.values())
        .flatMap(operation -> ACTIVATIONS.stream().map(size -> new Elements(operation, size)));
  }

  @SafeVarargs
  private static Stream<Problem> join(Stream<? extends Problem>... parts) {
    return Arrays.stream(parts).flatMap(Function.identity());
  }
}
