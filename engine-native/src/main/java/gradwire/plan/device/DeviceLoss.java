package gradwire.plan.device;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.layer.LayerKernels;
import gradwire.kernels.layer.RowLossKernels;
import gradwire.plan.Loss;
import java.lang.foreign.MemorySegment;

/**
 * The end of a network, on batches of one size. Others have an example's labels for all time steps
 * in the order {@code [labels, time steps]}.
 */
final class DeviceLoss {
  private final LayerKernels kernels;
  private final Loss loss;
  private final DeviceRange logits;
  private final Rows rows;
  private final int numLabels;

  /** {@code [batch, time steps, labels]}, or activations; nothing where there is one step. */
  private final DeviceRange inOrder;

  private final Staged labels;
  private final Staged losses;
  private final Staged outputs;

  /**
   * What has labels of its own.
   *
   * @param numSteps of each example
   */
  record Rows(int batchSize, int numSteps) {
    private int count() {
      return Math.multiplyExact(batchSize, numSteps);
    }

    private boolean areInOrder() {
      return numSteps == 1;
    }
  }

  /**
   * @param logits {@code [batch, time steps, labels] float32}
   * @param training else there are outputs instead of labels
   */
  DeviceLoss(
      Loss loss,
      DeviceRange logits,
      Rows rows,
      boolean training,
      LayerKernels kernels,
      PlanMemory memory) {
    this.kernels = kernels;
    this.loss = loss;
    this.logits = logits;
    this.rows = rows;
    this.numLabels = Math.toIntExact(logits.length(Float.BYTES) / rows.count());
    this.inOrder = memory.allocate(rows.areInOrder() ? 0 : logits.numBytes());
    this.labels = Staged.allocate(memory, training ? logits.numBytes() : 0);
    this.losses = Staged.floats(memory, training ? rows.count() : 0);
    this.outputs = Staged.allocate(memory, training ? 0 : logits.numBytes());
  }

  /** What {@link #backward} reads. */
  void setLabels(MemorySegment from) {
    labels.host().copyFrom(from);
  }

  /** Queues losses and their gradient by the logits. */
  void backward(CudaStream stream, DeviceRange gradient, DeviceRange scale) {
    labels.upload(stream);
    DeviceRange y = labelsInOrder(stream);
    RowLossKernels.Rows all = new RowLossKernels.Rows(logits, y, gradient, losses.device(), scale);
    switch (loss) {
      case Loss.Softmax(var function) -> kernels.loss().softmax(stream, function, all);
      case Loss.Elements(var activation, var function) ->
          kernels.loss().elements(stream, activation, function, all);
    }
    losses.download(stream);
  }

  private DeviceRange labelsInOrder(CudaStream stream) {
    if (rows.areInOrder()) {
      return labels.device();
    }
    kernels
        .elements()
        .transpose(stream, labels.device(), inOrder, rows.batchSize, numLabels, rows.numSteps);
    return inOrder;
  }

  /** The sum of what {@link #backward} has brought, first to last, in float64. */
  double sum() {
    double sum = 0;
    for (long i = 0; i < losses.device().length(Float.BYTES); i++) {
      sum += losses.host().getAtIndex(JAVA_FLOAT, i);
    }
    return sum;
  }

  /** Queues the activation alone, in the order of labels. */
  void activate(CudaStream stream) {
    DeviceRange into = rows.areInOrder() ? outputs.device() : inOrder;
    switch (loss) {
      case Loss.Softmax(var ignored) ->
          kernels.loss().probabilities(stream, logits, into, rows.count());
      case Loss.Elements(var activation, var ignored) ->
          kernels.elements().activate(stream, activation, logits, into);
    }
    if (!rows.areInOrder()) {
      kernels
          .elements()
          .transpose(stream, inOrder, outputs.device(), rows.batchSize, rows.numSteps, numLabels);
    }
    outputs.download(stream);
  }

  /** What {@link #activate} has brought. */
  void readOutputs(MemorySegment into) {
    into.copyFrom(outputs.host());
  }
}
