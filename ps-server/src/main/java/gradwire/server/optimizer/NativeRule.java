package gradwire.server.optimizer;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import gradwire.cpu.CpuLibrary;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A rule's loop in C ({@code optimizers.c} of module {@code cpu}), the mean over replicas in it:
 * the same operations in the same order as the loops over arrays, none of them fused, so that both
 * give the same bits. The formulas stand at the optimizers. Thread-safe.
 *
 * <p>Every segment is an argument of the call, the gradients one by one: what is an argument can't
 * be freed before the call returns.
 */
final class NativeRule {
  static final NativeRule SGD = new NativeRule("sgd", 0);
  static final NativeRule MOMENTUM = new NativeRule("momentum", 1);
  static final NativeRule NESTEROV = new NativeRule("nesterov", 1);
  static final NativeRule ADAGRAD = new NativeRule("adagrad", 1);
  static final NativeRule RMSPROP = new NativeRule("rmsprop", 2);
  static final NativeRule ADAM = new NativeRule("adam", 2);
  static final NativeRule ADAMW = new NativeRule("adamw", 2);
  static final NativeRule STATISTIC = new NativeRule("statistic", 0);

  /** So many one call takes: the linker compares the owner of each with those of all before it. */
  static final int MOST_REPLICAS = 32;

  static final int MOST_SCALARS = 4;

  /**
   * Two versions of a state of so many bytes do not stay in a cache: what is written of the one is
   * then written past it.
   */
  static final long STREAMING_BYTES = 16 << 20;

  /** All arguments but the gradients. */
  private static final MemoryLayout[] FIXED = {
    ADDRESS, // weights and slots before
    ADDRESS,
    ADDRESS,
    ADDRESS, // weights and slots after
    ADDRESS,
    ADDRESS,
    JAVA_LONG, // at
    JAVA_LONG, // length
    JAVA_INT, // whether to stream
    JAVA_FLOAT, // weight decay
    JAVA_FLOAT, // scalars
    JAVA_FLOAT,
    JAVA_FLOAT,
    JAVA_FLOAT,
    JAVA_INT // number of gradients
  };

  private final String name;
  private final int numSlots;

  /** By number of replicas, each bound on first use. */
  private final AtomicReferenceArray<@Nullable MethodHandle> functions =
      new AtomicReferenceArray<>(MOST_REPLICAS + 1);

  private NativeRule(String name, int numSlots) {
    this.name = name;
    this.numSlots = numSlots;
  }

  /** Whether there are loops in C here, for so many replicas. */
  static boolean isFor(int numReplicas) {
    return numReplicas >= 1 && numReplicas <= MOST_REPLICAS && CpuLibrary.missing().isEmpty();
  }

  /**
   * Applies the mean of the gradients to elements {@code [at, at + length)}.
   *
   * @param scalars {@link #MOST_SCALARS}, in the order that C has them
   * @throws IndexOutOfBoundsException if a segment is too short; nothing was changed then
   * @throws IllegalArgumentException if there are too many gradients, or none
   */
  void apply(Operands operands, long at, long length, float weightDecay, float[] scalars) {
    operands.check(numSlots, at, length);
    SlotState state = operands.state();
    SlotState into = operands.into();
    try {
      function(operands.gradients().length)
          .invokeExact(
              state.weights(),
              slot(state, 0),
              slot(state, 1),
              into.weights(),
              slot(into, 0),
              slot(into, 1),
              at,
              length,
              streams(operands) ? 1 : 0,
              weightDecay,
              scalars[0],
              scalars[1],
              scalars[2],
              scalars[3],
              operands.gradients().length,
              operands.gradients());
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private MemorySegment slot(SlotState state, int slot) {
    return slot < numSlots ? state.slots()[slot] : MemorySegment.NULL;
  }

  private boolean streams(Operands operands) {
    long numBytes = 2 * (1 + numSlots) * operands.state().weights().byteSize();
    return numBytes >= STREAMING_BYTES && !operands.areInPlace();
  }

  private MethodHandle function(int numReplicas) {
    if (numReplicas < 1 || numReplicas > MOST_REPLICAS) {
      throw new IllegalArgumentException(
          "update: expected 1 to " + MOST_REPLICAS + " gradients, got " + numReplicas);
    }
    MethodHandle known = functions.get(numReplicas);
    if (known != null) {
      return known;
    }
    MethodHandle bound = bind(numReplicas);
    functions.set(numReplicas, bound);
    return bound;
  }

  private MethodHandle bind(int numReplicas) {
    MemoryLayout[] gradients = new MemoryLayout[numReplicas];
    Arrays.fill(gradients, ADDRESS);
    return CpuLibrary.function(
            name,
            FunctionDescriptor.ofVoid(FIXED).appendArgumentLayouts(gradients),
            Linker.Option.firstVariadicArg(FIXED.length))
        .asSpreader(MemorySegment[].class, numReplicas);
  }
}
