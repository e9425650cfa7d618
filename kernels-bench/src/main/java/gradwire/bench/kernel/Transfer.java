package gradwire.bench.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.bench.report.Work;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;

/** A copy between this machine's memory, as any caller has it, and a device's. */
record Transfer(Direction direction, VectorSize size) implements Problem {
  /** As seen from this machine. */
  enum Direction {
    UPLOAD,
    DOWNLOAD;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public String kernel() {
    return direction.word();
  }

  @Override
  public String shape() {
    return size.label();
  }

  /** Bytes that cross over. */
  @Override
  public Work work() {
    return size.work(0, Float.BYTES);
  }

  @Override
  public List<MemorySegment> inputs(Arena arena) {
    return Uniform.tensors(arena, size.numFloats());
  }

  @Override
  public long resultLength() {
    return size.numFloats();
  }

  @Override
  public double expected(List<MemorySegment> inputs, long index) {
    return inputs.getFirst().getAtIndex(JAVA_FLOAT, index);
  }

  @Override
  public double tolerance(double expected) {
    return 0;
  }
}
