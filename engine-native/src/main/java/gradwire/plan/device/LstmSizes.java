package gradwire.plan.device;

import gradwire.kernels.layer.ColumnSums;
import gradwire.kernels.layer.DenseKernels;
import gradwire.kernels.layer.LstmKernels;
import gradwire.plan.Lstm;
import java.util.stream.LongStream;

/** The sizes of all that an LSTM multiplies and sums. */
record LstmSizes(LstmKernels.Sizes cells, int numInputs) {
  static LstmSizes of(Lstm layer, int batchSize, int numSteps) {
    return new LstmSizes(
        new LstmKernels.Sizes(batchSize, numSteps, layer.numUnits()), layer.numInputs());
  }

  private int numRows() {
    return Math.multiplyExact(cells.numSequences(), cells.numSteps());
  }

  private int numGates() {
    return LstmKernels.NUM_GATES * cells.numUnits();
  }

  ColumnSums.Sizes bias() {
    return new ColumnSums.Sizes(numRows(), numGates());
  }

  /** Inputs of all steps. */
  DenseKernels.Sizes inputs() {
    return new DenseKernels.Sizes(numRows(), numInputs, numGates());
  }

  /** What all steps read of the steps before. */
  DenseKernels.Sizes outputsBefore() {
    return new DenseKernels.Sizes(numRows(), cells.numUnits(), numGates());
  }

  /** A step's outputs, among those of all steps. */
  DenseKernels.Sizes outputs() {
    return new DenseKernels.Sizes(
        cells.numSequences(), cells.numUnits(), numGates(), cells.outputPitch(), numGates());
  }

  /** A step's gates, among those of all steps. */
  DenseKernels.Sizes gates() {
    return new DenseKernels.Sizes(
        cells.numSequences(), cells.numUnits(), numGates(), cells.numUnits(), cells.gatePitch());
  }

  /** What any of them needs. */
  long scratchFloats() {
    return LongStream.of(
            bias().scratchFloats(),
            inputs().scratchFloats(),
            outputsBefore().scratchFloats(),
            outputs().scratchFloats(),
            gates().scratchFloats())
        .max()
        .orElseThrow();
  }
}
