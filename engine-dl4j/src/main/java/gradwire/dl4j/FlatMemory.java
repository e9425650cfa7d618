package gradwire.dl4j;

import gradwire.tensor.Floats;
import java.lang.foreign.MemorySegment;

/**
 * Both flat vectors, by layer and parameter.
 *
 * @param parameters {@code [numFloats] float32}
 * @param gradient {@code [numFloats] float32}
 */
record FlatMemory(Parameters table, MemorySegment parameters, MemorySegment gradient) {
  /** One parameter's slice of both. */
  record Slice(MemorySegment parameter, MemorySegment gradient) {}

  /**
   * @param dl4jName e.g. {@code 0_W}
   */
  Slice slice(String dl4jName) {
    Parameters.Parameter found =
        table.parameters().stream()
            .filter(parameter -> parameter.dl4jName().equals(dl4jName))
            .findAny()
            .orElseThrow();
    return new Slice(
        Floats.slice(parameters, found.offset(), found.numFloats()),
        Floats.slice(gradient, found.offset(), found.numFloats()));
  }
}
