package gradwire.plan.device;

import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.layer.ColumnSums;
import gradwire.plan.Range;
import java.util.Optional;

/** What follows the sums of units or filters, on the way back: activation and bias. */
record UnitEpilogue(Activation activation, Optional<Range> range, int numUnits, NodeRanges ranges) {
  Optional<DeviceRange> bias() {
    return range.map(ranges::parameters);
  }

  static ColumnSums.Sizes sizes(int numRows, int numUnits) {
    return new ColumnSums.Sizes(numRows, numUnits);
  }

  /**
   * Queues the gradient of the sums, in the place of the values', and of the bias.
   *
   * @return the gradient of the sums
   */
  DeviceRange backward(CudaStream stream) {
    DeviceRange dz = ranges.dy();
    if (activation != Activation.IDENTITY) {
      ranges
          .kernels()
          .elements()
          .activationGradient(stream, activation, ranges.y(), ranges.y(), dz, dz);
    }
    range.ifPresent(
        bias ->
            ranges
                .kernels()
                .columnSums()
                .divided(
                    stream,
                    sizes(ranges.numRows(), numUnits),
                    dz,
                    1,
                    ranges.gradient(bias),
                    ranges.scratch()));
    return dz;
  }
}
