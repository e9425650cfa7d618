package gradwire.bench.kernel;

import gradwire.error.GradwireException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;

/** A problem and who computes it. */
record KernelRow(Backend backend, Problem problem) {
  /** What products on a device are held against: our own kernel where it is at its best. */
  static final KernelRow LARGEST_PRODUCT =
      new KernelRow(Backend.CUDA, new Product(4096, 4096, 4096));

  /** The row of a name, present here or not. */
  static KernelRow named(String name) {
    return Stream.concat(
            Stream.of(LARGEST_PRODUCT),
            Stream.of(Backend.values()).flatMap(backend -> Problems.of(backend).stream()))
        .filter(row -> row.name().equals(name))
        .findAny()
        .orElseThrow(() -> new IllegalArgumentException("no such row: " + name));
  }

  String name() {
    return "kernels/" + backend.word() + "/" + problem.name();
  }

  /**
   * The kernel, after one computation that was right.
   *
   * @param arena keeps what it needs
   * @throws GradwireException if the result was wrong
   */
  Computation checked(Arena arena) {
    List<MemorySegment> inputs = problem.inputs(arena);
    Oracle oracle = new Oracle(problem, inputs);
    Computation computation = backend.computation(problem, inputs, arena);
    try {
      computation.compute();
      computation.await();
      oracle.check(computation.result());
      return computation;
    } catch (RuntimeException wrong) {
      computation.close();
      throw wrong;
    }
  }
}
