package gradwire.systemtests;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Where the code under test lies, and the class paths that its processes get. */
final class Repository {
  static final Path ROOT = Path.of(System.getProperty("gradwire.repository"));
  static final Path REFERENCE_JOB = ROOT.resolve("examples/mnist/mnist_replica.yaml");
  static final Path MNIST_JOB = ROOT.resolve("examples/mnist/mnist.yaml");
  static final Path LENET_JOB = ROOT.resolve("examples/mnist/lenet.yaml");
  static final Path LSTM_JOB = ROOT.resolve("examples/mnist/lstm.yaml");
  static final Path RESNET_JOB = ROOT.resolve("examples/cifar/resnet.yaml");
  static final Path QUADRATIC_JOB = ROOT.resolve("examples/quadratic/quadratic.yaml");
  static final Path BATCH_AI_JOB = ROOT.resolve("examples/mnist/batchai/job.json");
  static final Path DATA = ROOT.resolve("examples/mnist/data");

  private Repository() {}

  /** A parameter server's jars, as {@code ./gradwire} gives them. */
  static List<Path> serverJars() {
    Path target = ROOT.resolve("ps-server/target");
    return Stream.of(target, target.resolve("lib")).flatMap(Repository::jars).toList();
  }

  static String serverClassPath() {
    return serverJars().stream()
        .map(Path::toString)
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** What the tests themselves see: the examples, the engine, and entry classes of tests. */
  static String workerClassPath() {
    return System.getProperty("java.class.path");
  }

  private static Stream<Path> jars(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": build it first with ./mvnw verify", e);
    }
  }
}
