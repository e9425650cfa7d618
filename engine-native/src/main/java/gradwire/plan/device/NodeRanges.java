package gradwire.plan.device;

import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.layer.LayerKernels;
import gradwire.plan.Range;
import gradwire.plan.Shape;
import gradwire.plan.Value;
import java.util.List;
import java.util.Optional;

/**
 * What a layer works on, all on the device.
 *
 * @param batchSize examples
 * @param inputs other vertices' values
 * @param output this vertex's
 * @param scratch everybody's, until the next kernel begins
 * @param parameters the flat vector
 * @param gradient the flat vector
 * @param training else inference, which has no {@code backward}
 * @param settings of the step
 * @param memory keeps the layer's own
 */
record NodeRanges(
    int batchSize,
    List<Value<DeviceRange>> inputs,
    Value<DeviceRange> output,
    DeviceRange scratch,
    DeviceRange parameters,
    DeviceRange gradient,
    boolean training,
    LayerKernels kernels,
    StepSettings settings,
    PlanMemory memory) {
  Shape inputShape() {
    return inputs.getFirst().shape();
  }

  Shape outputShape() {
    return output.shape();
  }

  /** Pixels, or time steps, of all examples. */
  int numRows() {
    return Math.multiplyExact(batchSize, outputShape().pixels());
  }

  DeviceRange x() {
    return data(inputs.getFirst());
  }

  DeviceRange y() {
    return data(output);
  }

  DeviceRange dy() {
    return gradient(output).orElseThrow();
  }

  /** The first input's gradient, if somebody needs it. */
  Optional<DeviceRange> dx() {
    return gradient(inputs.getFirst());
  }

  DeviceRange data(Value<DeviceRange> value) {
    return whole(value.data(), value);
  }

  Optional<DeviceRange> gradient(Value<DeviceRange> value) {
    return value.hasGradient() ? Optional.of(whole(value.gradient(), value)) : Optional.empty();
  }

  /** Without the slack behind. */
  private DeviceRange whole(DeviceRange range, Value<DeviceRange> value) {
    return range.slice(0, (long) batchSize * value.shape().numFloats() * Float.BYTES);
  }

  DeviceRange parameters(Range range) {
    return range.of(parameters);
  }

  DeviceRange gradient(Range range) {
    return range.of(gradient);
  }
}
