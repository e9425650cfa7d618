package gradwire.tensor;

import gradwire.error.GradwireException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;

/** The flat parameter vector: all tensors in declared order, back to back. Immutable. */
public final class FlatLayout {
  private final List<TensorSpec> tensors;
  private final long[] offsets;

  public FlatLayout(List<TensorSpec> tensors) {
    this.tensors = List.copyOf(tensors);
    this.offsets = new long[tensors.size() + 1];
    Set<String> names = new HashSet<>();
    for (int i = 0; i < tensors.size(); i++) {
      TensorSpec tensor = tensors.get(i);
      if (!names.add(tensor.name())) {
        throw new GradwireException("model: two tensors are named " + tensor.name());
      }
      offsets[i + 1] = Math.addExact(offsets[i], tensor.numFloats());
    }
  }

  public List<TensorSpec> tensors() {
    return tensors;
  }

  /** First element of tensor {@code index} in the flat vector, in floats. */
  public long offset(int index) {
    return offsets[index];
  }

  /** Length of the flat vector, in floats. */
  public long numFloats() {
    return offsets[tensors.size()];
  }

  /** Equal for equal layouts: two tasks of a job compare it before they exchange numbers. */
  public long fingerprint() {
    CRC32C crc = new CRC32C();
    for (TensorSpec tensor : tensors) {
      crc.update(tensor.toString().getBytes(StandardCharsets.UTF_8));
    }
    return crc.getValue() << 32 | (numFloats() & 0xffffffffL);
  }
}
