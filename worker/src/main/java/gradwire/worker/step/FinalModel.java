package gradwire.worker.step;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.safetensors.SafetensorsFile;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.Floats;
import gradwire.tensor.TensorSpec;
import gradwire.worker.engine.ComputeEngine;
import gradwire.worker.program.TrainingTask;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a run leaves behind: {@code weights.safetensors}, and the engine's own format beside it. */
final class FinalModel {
  private FinalModel() {}

  /**
   * Saves the engine's present parameters, where a folder is given.
   *
   * @return SHA-256 of the flat parameter vector, little-endian float32, in hexadecimal
   */
  static String save(TrainingTask task, long step, Optional<Path> folder) {
    ComputeEngine engine = task.engine();
    folder.ifPresent(
        path -> {
          try (Arena arena = Arena.ofConfined()) {
            SafetensorsFile.write(
                path.resolve("weights.safetensors"),
                Map.of("format", "gradwire-model-1", "step", Long.toString(step)),
                entries(engine.layout(), engine.parameters(), arena));
          }
          task.saveModel(path);
        });
    return SafetensorsFile.sha256(List.of(engine.parameters()));
  }

  private static List<SafetensorsFile.Entry> entries(
      FlatLayout layout, MemorySegment parameters, Arena arena) {
    List<SafetensorsFile.Entry> entries = new ArrayList<>();
    for (int i = 0; i < layout.tensors().size(); i++) {
      TensorSpec tensor = layout.tensors().get(i);
      MemorySegment values = Floats.slice(parameters, layout.offset(i), tensor.numFloats());
      entries.add(
          new SafetensorsFile.Entry(
              tensor.name(),
              tensor.shape(),
              switch (tensor.order()) {
                case ROW_MAJOR -> values;
                case COLUMN_MAJOR -> rowMajor(tensor.shape(), values, arena);
              }));
    }
    return entries;
  }

  /** The same tensor with its last axis fastest. */
  private static MemorySegment rowMajor(List<Long> shape, MemorySegment values, Arena arena) {
    long numFloats = Floats.length(values);
    MemorySegment result = Floats.allocate(arena, numFloats);
    for (long from = 0; from < numFloats; from++) {
      long rest = from;
      long to = 0;
      for (long axis : shape) {
        to = to * axis + rest % axis;
        rest /= axis;
      }
      result.setAtIndex(JAVA_FLOAT, to, values.getAtIndex(JAVA_FLOAT, from));
    }
    return result;
  }
}
