package gradwire.cuda.testing;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A driver library whose device is this process: the kernels' sources, built for this processor,
 * behind the driver's functions, with failures at will. One for the process. Thread-safe: calls
 * wait for each other.
 */
public final class DriverDouble {
  private static final List<String> COMPILER =
      List.of(
          "g++",
          "-std=c++17",
          "-O2",
          "-march=native", // fused multiply-adds are calls without it
          "-Wall",
          "-Wextra",
          "-Werror",
          "-Wno-unknown-pragmas",
          "-ffp-contract=off", // as on the device: nothing is fused
          "-shared",
          "-fPIC");

  private static @Nullable DriverDouble built;
  private static boolean isTried;

  private final Path library;
  private final SymbolLookup symbols;

  private DriverDouble(Path library) {
    this.library = library;
    symbols = SymbolLookup.libraryLookup(library, Arena.global());
  }

  /** Built at the first call; empty where there is no g++. */
  public static synchronized Optional<DriverDouble> find() {
    if (!isTried) {
      isTried = true;
      built = Tool.isHere("g++") ? new DriverDouble(build()) : null;
    }
    return Optional.ofNullable(built);
  }

  private static Path build() {
    Path repository = Path.of(System.getProperty("gradwire.repository"));
    Path doubles = repository.resolve("cuda-double/src/main/cuda");
    Path kernels = repository.resolve("kernels/src/main/cuda");
    try (Stream<Path> files = Files.list(doubles)) {
      Path folder = Files.createTempDirectory("gradwire-double");
      Path library = folder.resolve("libcuda-double.so");
      folder.toFile().deleteOnExit();
      library.toFile().deleteOnExit();
      List<String> arguments = List.of("-I" + doubles, "-I" + kernels, "-o", library.toString());
      Tool.run(
          Stream.of(
                  COMPILER.stream(),
                  arguments.stream(),
                  files.map(Path::toString).filter(name -> name.endsWith(".cpp")).sorted())
              .flatMap(part -> part)
              .toList());
      return library;
    } catch (IOException unwritable) {
      throw new IllegalStateException(unwritable);
    }
  }

  public String library() {
    return library.toString();
  }

  /** Everything as at first: nothing open, nothing planted, one device. */
  public void reset() {
    call("double_reset");
  }

  /** Makes one call of {@code function} fail, the next one or one after {@code callsBefore}. */
  public void plant(String function, int callsBefore, int result) {
    try (Arena arena = Arena.ofConfined()) {
      invoke(
          "double_plant",
          FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT, JAVA_INT),
          arena.allocateFrom(function, StandardCharsets.US_ASCII),
          callsBefore,
          result);
    }
  }

  /** From now on, nothing works. */
  public void loseDevice() {
    call("double_lose_device");
  }

  public void setDevices(int numDevices) {
    invoke("double_set_devices", FunctionDescriptor.ofVoid(JAVA_INT), numDevices);
  }

  /**
   * @param version 1000 times the major, 10 times the minor version of CUDA
   */
  public void setDriverVersion(int version) {
    invoke("double_set_driver_version", FunctionDescriptor.ofVoid(JAVA_INT), version);
  }

  public void setMemoryLimit(long numBytes) {
    invoke("double_set_memory_limit", FunctionDescriptor.ofVoid(JAVA_LONG), numBytes);
  }

  /** What was made and not given back: contexts, memory, streams, ... */
  public int numOpen() {
    return (int) invoke("double_num_open", FunctionDescriptor.of(JAVA_INT));
  }

  /** Pieces of memory around which something was written. */
  public int numDamaged() {
    return (int) invoke("double_num_damaged", FunctionDescriptor.of(JAVA_INT));
  }

  /** Fails where something is left open, or was written where it doesn't belong. */
  public void assertClean() {
    if (numOpen() != 0 || numDamaged() != 0) {
      throw new AssertionError(
          "%d things left open, %d pieces of memory written beside"
              .formatted(numOpen(), numDamaged()));
    }
  }

  private void call(String function) {
    invoke(function, FunctionDescriptor.ofVoid(new MemoryLayout[0]));
  }

  private Object invoke(String function, FunctionDescriptor type, Object... arguments) {
    try {
      return Linker.nativeLinker()
          .downcallHandle(symbols.findOrThrow(function), type)
          .invokeWithArguments(arguments);
    } catch (Throwable impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
