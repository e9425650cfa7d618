package gradwire.plan.device;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.layer.LayerKernels;
import gradwire.kernels.layer.RowLossKernels;
import gradwire.plan.Loss;
import java.lang.foreign.MemorySegment;

/** The end of a network, on batches of one size. */
final class DeviceLoss {
  private final LayerKernels kernels;
  private final Loss loss;
  private final DeviceRange logits;
  private final Staged labels;
  private final Staged losses;
  private final Staged outputs;

  /**
   * @param logits {@code [batch, labels] float32}
   */
  DeviceLoss(
      Loss loss, DeviceRange logits, int batchSize, LayerKernels kernels, PlanMemory memory) {
    this.kernels = kernels;
    this.loss = loss;
    this.logits = logits;
    this.labels = Staged.allocate(memory, logits.numBytes());
    this.outputs = Staged.allocate(memory, logits.numBytes());
    this.losses = Staged.floats(memory, batchSize);
  }

  /** What {@link #backward} reads. */
  void setLabels(MemorySegment from) {
    labels.host().copyFrom(from);
  }

  /** Queues losses and their gradient by the logits. */
  void backward(CudaStream stream, DeviceRange gradient, DeviceRange scale) {
    labels.upload(stream);
    RowLossKernels.Rows rows =
        new RowLossKernels.Rows(logits, labels.device(), gradient, losses.device(), scale);
    switch (loss) {
      case Loss.Softmax(var function) -> kernels.loss().softmax(stream, function, rows);
      case Loss.Elements(var activation, var function) ->
          kernels.loss().elements(stream, activation, function, rows);
    }
    losses.download(stream);
  }

  /** The sum of what {@link #backward} has brought, first to last, in float64. */
  double sum() {
    double sum = 0;
    for (long i = 0; i < losses.device().length(Float.BYTES); i++) {
      sum += losses.host().getAtIndex(JAVA_FLOAT, i);
    }
    return sum;
  }

  /** Queues the activation alone. */
  void activate(CudaStream stream) {
    switch (loss) {
      case Loss.Softmax(var ignored) ->
          kernels
              .loss()
              .probabilities(
                  stream, logits, outputs.device(), (int) (losses.device().length(Float.BYTES)));
      case Loss.Elements(var activation, var ignored) ->
          kernels.elements().activate(stream, activation, logits, outputs.device());
    }
    outputs.download(stream);
  }

  /** What {@link #activate} has brought. */
  void readOutputs(MemorySegment into) {
    into.copyFrom(outputs.host());
  }
}
