package gradwire.worker.step;

import gradwire.error.GradwireException;
import gradwire.run.StateFile;
import gradwire.tensor.Floats;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The copy of the weights that is being evaluated. In a file it outlives the chief, whose next
 * incarnation can evaluate it again: the servers have gone on by then. One writer; what it wrote
 * may be read from another thread when told.
 */
final class EvaluatedWeights implements AutoCloseable {
  private static final long HEADER_BYTES = 64;
  private static final VarHandle MARK = ValueLayout.JAVA_LONG.varHandle();

  /** Also while a copy is being made. */
  private static final long NO_STEP = 0;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory;
  private final MemorySegment floats;

  /**
   * @param file empty: kept no longer than this process
   */
  EvaluatedWeights(Optional<Path> file, long numFloats) {
    long numBytes = HEADER_BYTES + numFloats * Float.BYTES;
    memory =
        file.map(path -> StateFile.map(path, numBytes, arena))
            .orElseGet(() -> arena.allocate(numBytes, HEADER_BYTES));
    floats = memory.asSlice(HEADER_BYTES, numFloats * Float.BYTES);
  }

  /**
   * The copy of the {@code turn}-th chief, with what the chief before had copied last. Each has a
   * file of its own: one that was taken for dead may still write to its.
   *
   * @param state the run's folder of state; empty: kept no longer than this process
   */
  static EvaluatedWeights ofTurn(Optional<Path> state, int turn, long numFloats) {
    EvaluatedWeights weights =
        new EvaluatedWeights(state.map(folder -> file(folder, turn)), numFloats);
    if (state.isPresent() && weights.step().isEmpty()) {
      for (int before = turn - 1; before >= 0; before--) {
        Path theirs = file(state.get(), before);
        if (Files.exists(theirs)) {
          weights.takeFrom(theirs, numFloats);
          break;
        }
      }
    }
    state.ifPresent(folder -> dropBefore(folder, turn));
    return weights;
  }

  static Path file(Path state, int turn) {
    return state.resolve("evaluation." + turn + ".weights");
  }

  private void takeFrom(Path file, long numFloats) {
    try (EvaluatedWeights theirs = new EvaluatedWeights(Optional.of(file), numFloats)) {
      OptionalLong step = theirs.step();
      if (step.isPresent()) {
        save(step.getAsLong(), theirs.floats);
      }
      if (!theirs.step().equals(step)) {
        MARK.setVolatile(memory, 0L, NO_STEP); // they are at work still
      }
    }
  }

  private static void dropBefore(Path state, int turn) {
    try {
      for (int before = turn - 1; before >= 0; before--) {
        Files.deleteIfExists(file(state, before));
      }
    } catch (IOException e) {
      throw new GradwireException(
          state + ": expected to remove the last chief's evaluation.weights, got " + e, e);
    }
  }

  /** Copies the weights of {@code step}. */
  void save(long step, MemorySegment parameters) {
    MARK.setVolatile(memory, 0L, NO_STEP);
    floats.copyFrom(parameters);
    MARK.setVolatile(memory, 0L, step + 1);
  }

  /** The step of the weights here; empty if there are none. */
  OptionalLong step() {
    long mark = (long) MARK.getVolatile(memory, 0L);
    return mark == NO_STEP ? OptionalLong.empty() : OptionalLong.of(mark - 1);
  }

  /** {@code [numFloats] float32}. */
  MemorySegment floats() {
    return Floats.slice(floats, 0, Floats.length(floats));
  }

  @Override
  public void close() {
    arena.close();
  }
}
