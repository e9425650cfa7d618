package gradwire.embed;

import gradwire.safetensors.SafetensorsFile;
import gradwire.tensor.Floats;
import gradwire.worker.engine.Batch;
import gradwire.worker.engine.FloatTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/**
 * All examples of an iterator as a file that every worker maps: a safetensors file with {@code
 * features-0}, {@code features-1}, ... and {@code labels-0}, ..., each {@code [examples, ...]
 * float32}. Immutable.
 */
final class Spool {
  /** Metadata: examples in the iterator's largest minibatch. */
  static final String LARGEST_BATCH = "largest_batch";

  private final SafetensorsFile file;

  private Spool(SafetensorsFile file) {
    this.file = file;
  }

  /**
   * @param arena owns the mapping
   * @throws gradwire.error.GradwireException naming the file, if it is missing or damaged
   */
  static Spool open(Path path, Arena arena) {
    return new Spool(SafetensorsFile.read(path, arena));
  }

  int numExamples() {
    return Math.toIntExact(file.tensors().getFirst().shape().getFirst());
  }

  int largestBatch() {
    return Integer.parseInt(file.metadata().getOrDefault(LARGEST_BATCH, "1"));
  }

  List<SafetensorsFile.Entry> features() {
    return named("features");
  }

  List<SafetensorsFile.Entry> labels() {
    return named("labels");
  }

  /** Shapes of one example, features and labels, in words. */
  String exampleShapes() {
    return "features " + exampleShapes(features()) + ", labels " + exampleShapes(labels());
  }

  private static List<List<Long>> exampleShapes(List<SafetensorsFile.Entry> arrays) {
    return arrays.stream().map(array -> array.shape().subList(1, array.shape().size())).toList();
  }

  private List<SafetensorsFile.Entry> named(String prefix) {
    return file.tensors().stream().filter(array -> array.name().startsWith(prefix)).toList();
  }

  /** A batch of zeros with room for {@code batchSize} examples. */
  Batch newBatch(int batchSize, Arena arena) {
    return new Batch(room(features(), batchSize, arena), room(labels(), batchSize, arena));
  }

  private static List<FloatTensor> room(
      List<SafetensorsFile.Entry> arrays, int batchSize, Arena arena) {
    return arrays.stream().map(array -> FloatTensor.zeros(arena, shape(array, batchSize))).toList();
  }

  private static long[] shape(SafetensorsFile.Entry array, int batchSize) {
    long[] shape = array.shape().stream().mapToLong(Long::longValue).toArray();
    shape[0] = batchSize;
    return shape;
  }

  /** Overwrites {@code batch} with the examples numbered {@code chosen}. */
  void copy(int[] chosen, Batch batch) {
    copy(features(), chosen, batch.features());
    copy(labels(), chosen, batch.labels());
  }

  private static void copy(
      List<SafetensorsFile.Entry> arrays, int[] chosen, List<FloatTensor> into) {
    for (int i = 0; i < arrays.size(); i++) {
      copy(arrays.get(i), chosen, into.get(i).memory());
    }
  }

  private static void copy(SafetensorsFile.Entry array, int[] chosen, MemorySegment into) {
    long rowFloats = Floats.length(array.values()) / array.shape().getFirst();
    for (int i = 0; i < chosen.length; i++) {
      Floats.slice(into, i * rowFloats, rowFloats)
          .copyFrom(Floats.slice(array.values(), chosen[i] * rowFloats, rowFloats));
    }
  }
}
