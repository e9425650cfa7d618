package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

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
          JAVA_LONG,
          ADDRESS,
          ADDRESS,
          ADDRESS,
          ADDRESS,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG);
  private static final MethodHandle STEP_GRADIENT =
      Loop.of(
          "lstm_step_gradient",
          ADDRESS,
          JAVA_LONG,
          ADDRESS,
          ADDRESS,
          ADDRESS,
          JAVA_LONG,
          ADDRESS,
          ADDRESS,
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
   * @param gates {@code [sequences, steps, 4 * units]}: sums, which become activations
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
          gatesAt(step, gates),
          gateStride(),
          stateBefore(step, states),
          stateAt(step, states),
          stateAt(step, squashed),
          stateAt(step, outputs),
          stateStride(),
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
   *     state before
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
          gatesAt(step, gates),
          gateStride(),
          stateBefore(step, states),
          stateAt(step, squashed),
          stateAt(step, outputGradients),
          stateStride(),
          recurrent,
          stateGradient,
          (long) numSequences,
          (long) numUnits);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }

  /** Of one step: {@code [sequences, 4 * units]}. */
  public Matrix gates(int step, MemorySegment gates) {
    return new Matrix(
        gatesAt(step, gates), numSequences, NUM_GATES * numUnits, Math.toIntExact(gateStride()));
  }

  /** Of one step: {@code [sequences, units]}. */
  public Matrix outputs(int step, MemorySegment outputs) {
    return new Matrix(
        stateAt(step, outputs), numSequences, numUnits, Math.toIntExact(stateStride()));
  }

  private void expectAll(MemorySegment gates, MemorySegment... ofStates) {
    Loop.expect(gates, numSequences * gateStride());
    for (MemorySegment one : ofStates) {
      Loop.expect(one, numSequences * stateStride());
    }
  }

  private long gateStride() {
    return (long) numSteps * NUM_GATES * numUnits;
  }

  private long stateStride() {
    return (long) numSteps * numUnits;
  }

  private MemorySegment gatesAt(int step, MemorySegment gates) {
    return gates.asSlice((long) step * NUM_GATES * numUnits * Float.BYTES);
  }

  private MemorySegment stateAt(int step, MemorySegment states) {
    return states.asSlice((long) step * numUnits * Float.BYTES);
  }

  private MemorySegment stateBefore(int step, MemorySegment states) {
    return step == 0 ? MemorySegment.NULL : stateAt(step - 1, states);
  }
}
