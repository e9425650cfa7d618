package gradwire.worker.step;

import gradwire.run.StateFile;
import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
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
