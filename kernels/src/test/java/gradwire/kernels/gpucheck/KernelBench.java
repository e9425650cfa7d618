package gradwire.kernels.gpucheck;

import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.gradient.CastKernels.Format;
import gradwire.kernels.gradient.GradientKernels;
import gradwire.kernels.gradient.OptimizerStep;
import gradwire.kernels.gradient.QuantiseKernels;
import gradwire.kernels.testing.Gpu;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Each kernel's bytes per second: those that it must touch, each once. */
final class KernelBench {
  private static final int NUM_VECTORS = 9;

  private final Gpu gpu;
  private final Clock clock;
  private final double copyGbPerSecond;
  private final long length;
  private final List<DeviceRange> vectors;
  private final DeviceRange small;

  /**
   * @param length of every vector; a multiple of 65,536
   */
  KernelBench(Gpu gpu, Clock clock, double copyGbPerSecond, long length) {
    this.gpu = gpu;
    this.clock = clock;
    this.copyGbPerSecond = copyGbPerSecond;
    this.length = length;
    vectors =
        IntStream.range(0, NUM_VECTORS).mapToObj(i -> gpu.allocate(Float.BYTES * length)).toList();
    vectors.forEach(vector -> MemoryBench.fill(gpu, vector));
    small = gpu.allocate(Float.BYTES * length);
    gpu.stream().fill(small, (byte) 0);
  }

  List<Row> rows(int blocksPerMultiprocessor) {
    List<Row> rows = new ArrayList<>();
    try (GradientKernels kernels = GradientKernels.load(gpu.context(), blocksPerMultiprocessor)) {
      String how = "%,d floats, %d blocks/SM".formatted(length, blocksPerMultiprocessor);
      optimizers(kernels, how, rows);
      means(kernels, how, rows);
      codecs(kernels, how, rows);
      losses(kernels, blocksPerMultiprocessor, rows);
      rows.add(
          row(
              "crc32c",
              how,
              4 * length,
              () -> kernels.checksum().queue(gpu.stream(), vectors.get(0), small.slice(0, 4))));
    }
    return rows;
  }

  private void optimizers(GradientKernels kernels, String how, List<Row> rows) {
    // Rates of 0 keep numbers what they are: the same work, no overflow after many steps.
    step(kernels, "sgd", how, new OptimizerStep.Sgd(0, 0), rows);
    step(kernels, "momentum", how, new OptimizerStep.Momentum(0, 0.9f, 0), rows);
    step(kernels, "nesterov", how, new OptimizerStep.Nesterov(0, 0.9f, 0), rows);
    step(kernels, "adagrad", how, new OptimizerStep.Adagrad(0, 0), rows);
    step(kernels, "rmsprop", how, new OptimizerStep.RmsProp(0, 0.1f, 0.9f, 1e-10f, 0), rows);
    step(kernels, "adam", how, new OptimizerStep.Adam(0, 0.1f, 0.001f, 1e-8f, 0, 0), rows);
  }

  private void step(
      GradientKernels kernels, String name, String how, OptimizerStep step, List<Row> rows) {
    List<DeviceRange> slots = vectors.subList(2, 2 + step.numSlots());
    // A mean square, or a sum of squares, is none below 0.
    slots.forEach(slot -> gpu.stream().fill(slot, (byte) 0x3c));
    rows.add(
        row(
            name,
            how,
            4 * length * (3 + 2L * step.numSlots()),
            () ->
                kernels
                    .optimizer()
                    .step(gpu.stream(), step, vectors.get(0), slots, vectors.get(1))));
    slots.forEach(slot -> MemoryBench.fill(gpu, slot));
  }

  private void means(GradientKernels kernels, String how, List<Row> rows) {
    for (int numReplicas : new int[] {2, 3, 8}) {
      rows.add(
          row(
              "mean of " + numReplicas,
              how,
              4 * length * (numReplicas + 1),
              () ->
                  kernels
                      .mean()
                      .mean(gpu.stream(), vectors.subList(1, 1 + numReplicas), vectors.get(0))));
    }
  }

  private void codecs(GradientKernels kernels, String how, List<Row> rows) {
    DeviceRange wide = vectors.get(0);
    DeviceRange narrow = vectors.get(1).slice(0, 2 * length);
    for (Format format : Format.values()) {
      rows.add(
          row(
              "float32 to " + format,
              how,
              6 * length,
              () -> kernels.cast().narrow(gpu.stream(), format, wide, narrow)));
      rows.add(
          row(
              format + " to float32",
              how,
              6 * length,
              () -> kernels.cast().widen(gpu.stream(), format, narrow, vectors.get(2))));
    }
    DeviceRange bytes = vectors.get(1).slice(0, length);
    DeviceRange scales = small.slice(0, 4 * QuantiseKernels.numScales(length));
    rows.add(
        row(
            "float32 to int8",
            how,
            5 * length + scales.numBytes(),
            () -> kernels.quantise().quantise(gpu.stream(), wide, bytes, scales)));
    rows.add(
        row(
            "int8 to float32",
            how,
            5 * length + scales.numBytes(),
            () -> kernels.quantise().dequantise(gpu.stream(), bytes, scales, vectors.get(2))));
    MemoryBench.fill(gpu, vectors.get(1));
    MemoryBench.fill(gpu, vectors.get(2));
    gpu.stream().fill(small, (byte) 0);
  }

  private void losses(GradientKernels kernels, int blocksPerMultiprocessor, List<Row> rows) {
    for (int classes : new int[] {10, 100, 1000, 32_768}) {
      long batch = length / classes;
      DeviceRange logits = vectors.get(0).slice(0, 4 * batch * classes);
      DeviceRange gradient = vectors.get(1).slice(0, 4 * batch * classes);
      DeviceRange labels = small.slice(0, 4 * batch);
      DeviceRange losses = vectors.get(2).slice(0, 4 * batch);
      rows.add(
          row(
              "softmax cross-entropy",
              "[%,d, %,d], %d blocks/SM".formatted(batch, classes, blocksPerMultiprocessor),
              8 * batch * classes + 8 * batch,
              () ->
                  kernels
                      .loss()
                      .softmaxCrossEntropy(
                          gpu.stream(), logits, labels, 1f / batch, losses, gradient)));
    }
  }

  private Row row(String what, String how, long numBytes, Runnable kernel) {
    double gbPerSecond = numBytes / clock.medianMillis(kernel) / 1e6;
    return new Row(what, how, gbPerSecond, "GB/s", 100 * gbPerSecond / copyGbPerSecond);
  }
}
