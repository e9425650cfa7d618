package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Objects;

/**
 * What an LSTM without peepholes does between its matrix products, one time step of all sequences
 * at a time (Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997, with the forget gate of
 * Gers et al., 2000):
 *
 * <pre>{@code
 * state = logistic(forget) * state before + logistic(let) * tanh(in)
 * output = logistic(out) * tanh(state)
 * }</pre>
 *
 * <p>A sequence's time steps lie side by side, {@code [sequences, steps, ...] float32}. Its gates
 * are {@code [4 * units]}: in, forget, out, let, DL4J's order. Immutable.
 */
public final class LstmCell {
  private static final MethodHandle STEP =
      Loop.of(
          "lstm_step",
          ADDRESS,
          ADDRESS,
          ADDRESS,
          ADDRESS,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG);
  private static final MethodHandle STEP_GRADIENT =
      Loop.of(
          "lstm_step_gradient",
          ADDRESS,
          ADDRESS,
          ADDRESS,
          ADDRESS,
          ADDRESS,
          ADDRESS,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG);
  private static final int NUM_GATES = 4;

  private final int numSequences;
  private final int numSteps;
  private final int numUnits;

  public LstmCell(int numSequences, int numSteps, int numUnits) {
    this.numSequences = numSequences;
    this.numSteps = numSteps;
    this.numUnits = numUnits;
  }

  /**
   * Step {@code step} of all sequences.
   *
   * @param gates {@code [sequences, steps, 4 * units]}: sums, which become activations, but for the
   *     first step's forget gate
   * @param states {@code [sequences, steps, units]}: those of the step before are read
   * @param squashed {@code [sequences, steps, units]}: tanh of the states, written
   * @param outputs {@code [sequences, steps, units]}, written
   */
  public void forward(
      int step,
      MemorySegment gates,
      MemorySegment states,
      MemorySegment squashed,
      MemorySegment outputs) {
    expectAll(gates, states, squashed, outputs);
    try {
      STEP.invokeExact(
          gates,
          states,
          squashed,
          outputs,
          (long) Objects.checkIndex(step, numSteps),
          (long) numSteps,
          (long) numSequences,
          (long) numUnits);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }

  /**
   * The gradients of step {@code step}, after those of the step that follows it.
   *
   * @param gates activations, which become the gradients of the sums
   * @param outputGradients {@code [sequences, steps, units]}: from the layers above
   * @param recurrent {@code [sequences, units]}: the output's gradient from the step after
   * @param stateGradient {@code [sequences, units]}: from the step after, becomes the one of the
   *     state before, if there is one
   */
  public void backward(
      int step,
      MemorySegment gates,
      MemorySegment states,
      MemorySegment squashed,
      MemorySegment outputGradients,
      MemorySegment recurrent,
      MemorySegment stateGradient) {
    expectAll(gates, states, squashed, outputGradients);
    Loop.expect(recurrent, (long) numSequences * numUnits);
    Loop.expect(stateGradient, (long) numSequences * numUnits);
    try {
      STEP_GRADIENT.invokeExact(
          gates,
          states,
          squashed,
          outputGradients,
          recurrent,
          stateGradient,
          (long) Objects.checkIndex(step, numSteps),
          (long) numSteps,
          (long) numSequences,
          (long) numUnits);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }

  /** Of one step: {@code [sequences, 4 * units]}. */
  public Matrix gates(int step, MemorySegment gates) {
    return new Matrix(
        gates.asSlice((long) step * NUM_GATES * numUnits * Float.BYTES),
        numSequences,
        NUM_GATES * numUnits,
        Math.toIntExact(gateStride()));
  }

  /** Of one step: {@code [sequences, units]}. */
  public Matrix outputs(int step, MemorySegment outputs) {
    return new Matrix(
        outputs.asSlice((long) step * numUnits * Float.BYTES),
        numSequences,
        numUnits,
        Math.toIntExact(stateStride()));
  }

  private void expectAll(
      MemorySegment gates, MemorySegment states, MemorySegment squashed, MemorySegment outputs) {
    Loop.expect(gates, numSequences * gateStride());
    Loop.expect(states, numSequences * stateStride());
    Loop.expect(squashed, numSequences * stateStride());
    Loop.expect(outputs, numSequences * stateStride());
  }

  private long gateStride() {
    return (long) numSteps * NUM_GATES * numUnits;
  }

  private long stateStride() {
    return (long) numSteps * numUnits;
  }
}
