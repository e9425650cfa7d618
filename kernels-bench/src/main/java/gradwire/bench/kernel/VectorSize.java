package gradwire.bench.kernel;

import gradwire.bench.report.Work;

/** Length of a vector. */
enum VectorSize {
  /** The MNIST network: all lies in the caches. */
  KB_318("318KB", 79_510),
  MIB_1("1MiB", 1 << 18),
  /** A ResNet-50: streams from memory. */
  MB_100("100MB", 25_000_000);

  private final String label;
  private final int numFloats;

  VectorSize(String label, int numFloats) {
    this.label = label;
    this.numFloats = numFloats;
  }

  String label() {
    return label;
  }

  int numFloats() {
    return numFloats;
  }

  /** What is touched where each element takes so many bytes and operations. */
  Work work(long flopsPerElement, double bytesPerElement) {
    return new Work(
        flopsPerElement * numFloats, Math.round(bytesPerElement * numFloats), Work.Bound.MEMORY);
  }
}
