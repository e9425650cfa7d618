package gradwire.bench.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.bench.report.Work;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Float32 to fewer bytes. Result: the numbers that these stand for. */
record Narrowing(Format format, VectorSize size) implements Problem {
  /** What it becomes. */
  enum Format {
    BFLOAT16("float32-to-bfloat16", 1, 2),
    /** With a scale for every 256: largest magnitude, product, conversion. */
    INT8("float32-to-int8", 3, 1 + Float.BYTES / 256.0);

    private final String kernel;
    private final int flops;
    private final double bytes;

    /**
     * @param flops of an element
     * @param bytes that an element becomes
     */
    Format(String kernel, int flops, double bytes) {
      this.kernel = kernel;
      this.flops = flops;
      this.bytes = bytes;
    }
  }

  @Override
  public String kernel() {
    return format.kernel;
  }

  @Override
  public String shape() {
    return size.label();
  }

  @Override
  public Work work() {
    return size.work(format.flops, Float.BYTES + format.bytes);
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

  /** Half a step of the format: of numbers below 1 the scale is 1/127 at most. */
  @Override
  public double tolerance(double expected) {
    return switch (format) {
      case BFLOAT16 -> 0x1p-8 * Math.abs(expected);
      case INT8 -> 0.5 / 127 + 1e-6;
    };
  }
}
