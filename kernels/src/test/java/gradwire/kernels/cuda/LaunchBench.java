package gradwire.kernels.cuda;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.LongSupplier;

/** What it costs to queue work, by the processor's clock. One thread. */
public final class LaunchBench implements AutoCloseable {
  /** Fewer than the driver queues before it makes the caller wait. */
  private static final int LAUNCHES = 500;

  private static final Grid ONE_WARP = new Grid(1, 32);

  private final CudaContext context;
  private final CudaStream stream;
  private final CudaModule module;
  private final CudaKernel nothing;
  private final int numRepeats;

  public LaunchBench(CudaContext context, byte[] ptx, int numRepeats) {
    this.context = context;
    this.numRepeats = numRepeats;
    stream = context.stream();
    module = context.load("kernels.ptx", ptx);
    nothing = module.kernel("nothing");
  }

  /** From Java, arguments made for each launch as the kernels' own classes do. */
  public double nanosFromJava() {
    return nanosEach(
        LAUNCHES,
        () -> {
          long begun = System.nanoTime();
          for (int i = 0; i < LAUNCHES; i++) {
            try (Arena arena = Arena.ofConfined()) {
              stream.launch(nothing, ONE_WARP, new KernelArguments(arena));
            }
          }
          return System.nanoTime() - begun;
        });
  }

  /**
   * The same driver function from a loop in C++.
   *
   * @param loop the library with it
   * @param driver the driver library
   */
  public double nanosFromC(String loop, String driver) {
    MethodHandle launchLoop =
        Linker.nativeLinker()
            .downcallHandle(
                SymbolLookup.libraryLookup(Path.of(loop), Arena.global())
                    .findOrThrow("launch_loop"),
                FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    long function =
        (driver.contains("/")
                ? SymbolLookup.libraryLookup(Path.of(driver), Arena.global())
                : SymbolLookup.libraryLookup(driver, Arena.global()))
            .findOrThrow(DriverFunction.LAUNCH.symbol())
            .address();
    try (Arena arena = Arena.ofConfined()) {
      long arguments = new KernelArguments(arena).address();
      return nanosEach(LAUNCHES, () -> looped(launchLoop, function, arguments));
    }
  }

  private long looped(MethodHandle launchLoop, long function, long arguments) {
    try {
      return (long)
          launchLoop.invokeExact(
              function, nothing.handle(), stream.handle(), arguments, (long) LAUNCHES);
    } catch (Throwable impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** One launch and the wait for it. */
  public double nanosThereAndBack() {
    return nanosEach(
        1,
        () -> {
          long begun = System.nanoTime();
          queue(1);
          stream.await();
          return System.nanoTime() - begun;
        });
  }

  /** {@code numKernels} launches and one wait. */
  public double nanosSingly(int numKernels) {
    return nanosEach(
        1,
        () -> {
          long begun = System.nanoTime();
          queue(numKernels);
          stream.await();
          return System.nanoTime() - begun;
        });
  }

  /** The same as a graph: one launch and one wait. */
  public double nanosAsGraph(int numKernels) {
    try (CudaGraph graph = stream.capture(() -> queue(numKernels))) {
      return nanosEach(
          1,
          () -> {
            long begun = System.nanoTime();
            stream.launch(graph);
            stream.await();
            return System.nanoTime() - begun;
          });
    }
  }

  private void queue(int numKernels) {
    try (Arena arena = Arena.ofConfined()) {
      KernelArguments none = new KernelArguments(arena);
      for (int i = 0; i < numKernels; i++) {
        stream.launch(nothing, ONE_WARP, none);
      }
    }
  }

  /** Median over repeats, after as many to warm up. */
  private double nanosEach(int count, LongSupplier nanos) {
    long[] all = new long[2 * numRepeats];
    for (int i = 0; i < all.length; i++) {
      all[i] = nanos.getAsLong();
      context.await();
    }
    long[] counted = Arrays.copyOfRange(all, numRepeats, all.length);
    Arrays.sort(counted);
    return (double) counted[numRepeats / 2] / count;
  }

  @Override
  public void close() {
    module.close();
    stream.close();
  }
}
