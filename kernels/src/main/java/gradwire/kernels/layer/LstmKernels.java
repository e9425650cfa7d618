package gradwire.kernels.layer;

import gradwire.kernels.code.Walk;
import gradwire.kernels.cuda.CudaKernel;
import gradwire.kernels.cuda.CudaModule;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.cuda.KernelArguments;
import java.lang.foreign.Arena;
import java.util.Optional;

/**
 * What an LSTM does between its products, one time step of all sequences at a time: {@link
 * gradwire.kernels.cpu.LstmCell} has the formulas. A sequence's time steps lie side by side, {@code
 * [sequences, steps, ...] float32}.
 */
public final class LstmKernels {
  /** Of a unit: in, forget, out, let. */
  public static final int NUM_GATES = 4;

  private final CudaKernel cell;
  private final CudaKernel cellGradient;
  private final Walk walk;

  LstmKernels(CudaModule module, Walk walk) {
    cell = module.kernel("lstm_cell");
    cellGradient = module.kernel("lstm_cell_gradient");
    this.walk = walk;
  }

  /** A layer's numbers. */
  public record Sizes(int numSequences, int numSteps, int numUnits) {
    /** Of a sequence. */
    private long numStates() {
      return (long) numSteps * numUnits;
    }

    /** {@code [sequences, 4 * units]} of a step, whose rows are {@link #gatePitch} apart. */
    public DeviceRange gates(DeviceRange gates, int step) {
      return rows(gates, step, NUM_GATES * numUnits);
    }

    public int gatePitch() {
      return numSteps * NUM_GATES * numUnits;
    }

    /** {@code [sequences, units]} of a step, whose rows are {@link #outputPitch} apart. */
    public DeviceRange outputs(DeviceRange outputs, int step) {
      return rows(outputs, step, numUnits);
    }

    public int outputPitch() {
      return numSteps * numUnits;
    }

    private DeviceRange rows(DeviceRange all, int step, int columns) {
      long first = (long) step * columns;
      long length = ((numSequences - 1L) * numSteps + 1) * columns;
      return all.slice(first * Float.BYTES, length * Float.BYTES);
    }

    private void check(Memory memory, DeviceRange outputs) {
      long numBytes = numSequences * numStates() * Float.BYTES;
      Walk.checkBytes("gates", memory.gates, NUM_GATES * numBytes);
      Walk.checkBytes("states", memory.states, numBytes);
      Walk.checkBytes("squashed", memory.squashed, numBytes);
      Walk.checkBytes("outputs", outputs, numBytes);
    }

    private KernelArguments place(KernelArguments arguments, int step) {
      return arguments
          .int64((long) numSequences * numUnits)
          .int32s(new int[] {step, numSteps, numUnits});
    }
  }

  /**
   * What a layer remembers.
   *
   * @param gates {@code [sequences, steps, 4 * units]}
   * @param states {@code [sequences, steps, units]}
   * @param squashed as {@code states}: their tanh
   */
  public record Memory(DeviceRange gates, DeviceRange states, DeviceRange squashed) {}

  /**
   * Queues a step.
   *
   * @param memory gates are sums, which become activations; states of the step before are read
   * @param recurrent {@code [sequences, 4 * units]}: what the step before adds to the sums; none at
   *     the first
   * @param outputs {@code [sequences, steps, units]}, written
   */
  public void forward(
      CudaStream stream,
      Sizes sizes,
      int step,
      Memory memory,
      Optional<DeviceRange> recurrent,
      DeviceRange outputs) {
    sizes.check(memory, outputs);
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          cell,
          walk.threads((long) sizes.numSequences * sizes.numUnits),
          sizes.place(
              new KernelArguments(arena)
                  .pointer(memory.gates)
                  .pointer(recurrent)
                  .pointer(memory.states)
                  .pointer(memory.squashed)
                  .pointer(outputs),
              step));
    }
  }

  /**
   * Queues the gradients of a step, after those of the step that follows it.
   *
   * @param memory gates are activations, which become the gradients of the sums
   * @param outputGradients {@code [sequences, steps, units]}: from the layers above
   * @param recurrent {@code [sequences, units]}: the outputs' gradient from the step after; none at
   *     the last
   * @param stateGradient {@code [sequences, units]}: from the step after, not read at the last;
   *     becomes that of the state before
   */
  public void backward(
      CudaStream stream,
      Sizes sizes,
      int step,
      Memory memory,
      DeviceRange outputGradients,
      Optional<DeviceRange> recurrent,
      DeviceRange stateGradient) {
    sizes.check(memory, outputGradients);
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          cellGradient,
          walk.threads((long) sizes.numSequences * sizes.numUnits),
          sizes.place(
              new KernelArguments(arena)
                  .pointer(memory.gates)
                  .pointer(memory.states)
                  .pointer(memory.squashed)
                  .pointer(outputGradients)
                  .pointer(recurrent)
                  .pointer(stateGradient),
              step));
    }
  }
}
