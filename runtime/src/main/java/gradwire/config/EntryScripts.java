package gradwire.config;

import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** The reference's Python scripts by file name, and the classes that stand for them here. */
public final class EntryScripts {
  /** The reference job's entry class. */
  public static final String MNIST_REPLICA = "gradwire.examples.mnist.MnistReplica";

  private static final Map<String, String> CLASS_BY_SCRIPT =
      Map.of("mnist_replica.py", MNIST_REPLICA, "tf_mnist_replica.py", MNIST_REPLICA);

  private EntryScripts() {}

  /** The class for a script, which may have a path before its name. */
  public static Optional<String> entryClass(String script) {
    return Optional.ofNullable(CLASS_BY_SCRIPT.get(fileName(script)));
  }

  static SortedSet<String> known() {
    return new TreeSet<>(CLASS_BY_SCRIPT.keySet());
  }

  static boolean isPython(String name) {
    return name.endsWith(".py");
  }

  static String fileName(String script) {
    return script.substring(script.lastIndexOf('/') + 1);
  }
}
