package gradwire.kernels.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** The driver library's functions, and what their results mean. Thread-safe. */
final class DriverLibrary {
  /** Every function but the launch is called with as many, the last ones dropped. */
  private static final int NUM_ARGUMENTS = 5;

  private static final MethodType CALL =
      MethodType.methodType(int.class, Collections.nCopies(NUM_ARGUMENTS, long.class));

  /** By ordinal. */
  private final MethodHandle[] functions;

  private final MethodHandle launch;

  private DriverLibrary(MethodHandle[] functions, MethodHandle launch) {
    this.functions = functions;
    this.launch = launch;
  }

  /**
   * Loads a library, for the life of the process.
   *
   * @throws DriverMissingException if there is none, or one that lacks a function
   */
  static DriverLibrary open(String library) throws DriverMissingException {
    SymbolLookup lookup = lookup(library);
    List<String> missing =
        Arrays.stream(DriverFunction.values())
            .map(DriverFunction::symbol)
            .filter(symbol -> lookup.find(symbol).isEmpty())
            .toList();
    if (!missing.isEmpty()) {
      throw new DriverMissingException(
          "%s: expected a driver for CUDA 13.0 or newer, got one without %s; update the driver"
              .formatted(library, String.join(", ", missing)));
    }
    MethodHandle[] functions =
        Arrays.stream(DriverFunction.values())
            .filter(function -> function != DriverFunction.LAUNCH)
            .map(function -> padded(bound(lookup, function)))
            .toArray(MethodHandle[]::new);
    return new DriverLibrary(functions, bound(lookup, DriverFunction.LAUNCH));
  }

  private static MethodHandle bound(SymbolLookup lookup, DriverFunction function) {
    return Linker.nativeLinker()
        .downcallHandle(lookup.findOrThrow(function.symbol()), function.type());
  }

  private static SymbolLookup lookup(String library) throws DriverMissingException {
    try {
      return library.contains("/")
          ? SymbolLookup.libraryLookup(Path.of(library), Arena.global())
          : SymbolLookup.libraryLookup(library, Arena.global());
    } catch (IllegalArgumentException notThere) {
      throw new DriverMissingException(
          "%s: expected the NVIDIA driver's library, got no such library; install the driver"
              .formatted(library));
    }
  }

  /** One type for all, ints narrowed from longs. */
  private static MethodHandle padded(MethodHandle function) {
    int given = function.type().parameterCount();
    return MethodHandles.explicitCastArguments(
        MethodHandles.dropArguments(
            function, given, Collections.nCopies(NUM_ARGUMENTS - given, long.class)),
        CALL);
  }

  int call(DriverFunction function, long a, long b, long c, long d, long e) {
    try {
      return (int) functions[function.ordinal()].invokeExact(a, b, c, d, e);
    } catch (Throwable impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  int call(DriverFunction function, long a, long b, long c, long d) {
    return call(function, a, b, c, d, 0);
  }

  int call(DriverFunction function, long a, long b, long c) {
    return call(function, a, b, c, 0, 0);
  }

  int call(DriverFunction function, long a, long b) {
    return call(function, a, b, 0, 0, 0);
  }

  int call(DriverFunction function, long a) {
    return call(function, a, 0, 0, 0, 0);
  }

  /** Queues a kernel on a grid of one dimension. */
  int launch(long kernel, Grid grid, long stream, long arguments) {
    try {
      return (int)
          launch.invokeExact(
              kernel,
              grid.numBlocks(),
              1,
              1,
              grid.threadsPerBlock(),
              1,
              1,
              0,
              stream,
              arguments,
              0L);
    } catch (Throwable impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /**
   * Refuses what the driver refused.
   *
   * @param expected what was asked for, as an error says it
   * @throws CudaException if {@code result} isn't 0
   */
  void check(int result, DriverFunction function, String expected) {
    if (result != 0) {
      throw new CudaException(
          CudaFailure.of(result), function.symbol(), expected, nameOf(result), "");
    }
  }

  /** The driver's own word for a result, with its number. */
  String nameOf(int result) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(ADDRESS);
      boolean known = call(DriverFunction.ERROR_NAME, result, name.address()) == 0;
      MemorySegment text = name.get(ADDRESS, 0);
      return known && text.address() != 0
          ? text.reinterpret(Long.MAX_VALUE).getString(0) + " (" + result + ")"
          : "error " + result;
    }
  }
}
