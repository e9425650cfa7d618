package gradwire.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Loops in C, which are as fast at their first turn as they will ever be. For Linux on x86-64 with
 * AVX2 and FMA; elsewhere, and with {@code -Dgradwire.cpu=off}, {@link #missing} says why there is
 * none, and callers have another way. Thread-safe.
 */
public final class CpuLibrary {
  private static final String RESOURCE = "libgradwire-cpu-linux-x86_64.so";

  /** Characters of a SHA-256. */
  private static final int SOURCES_LENGTH = 64;

  private static final Map<Integer, String> LEVELS = Map.of(2, "avx2", 3, "avx512");

  private final SymbolLookup symbols;
  private final String level;

  private CpuLibrary(SymbolLookup symbols, String level) {
    this.symbols = symbols;
    this.level = level;
  }

  /** Loaded on first use; either the library or why there is none. */
  private static final class Loaded {
    private static final @Nullable CpuLibrary LIBRARY;
    private static final String MISSING;

    static {
      CpuLibrary library = null;
      String missing = "";
      try {
        library = load();
      } catch (IOException e) {
        missing = String.valueOf(e.getMessage());
      } catch (Throwable e) {
        missing = "the library of loops doesn't load: " + e;
      }
      LIBRARY = library;
      MISSING = missing;
    }
  }

  private static CpuLibrary load() throws Throwable {
    if (System.getProperty("gradwire.cpu", "").equals("off")) {
      throw new IOException("expected the library of loops, got gradwire.cpu=off");
    }
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String architecture = System.getProperty("os.arch", "");
    if (!system.equals("linux") || !architecture.equals("amd64")) {
      throw new IOException("expected Linux on x86-64, got " + system + " on " + architecture);
    }
    LibraryFile library =
        LibraryFile.find(CpuLibrary.class, RESOURCE, "libgradwire-cpu.so")
            .orElseThrow(
                () -> new IOException("expected " + RESOURCE + " on the class path, got none"));
    SymbolLookup symbols = SymbolLookup.libraryLookup(LibraryCache.place(library), Arena.global());
    int level = (int) bind(symbols, "gradwire_level", FunctionDescriptor.of(JAVA_INT)).invoke();
    String name = LEVELS.get(level);
    if (name == null) {
      throw new IOException("expected a processor with AVX2 and FMA, got an older one");
    }
    return new CpuLibrary(symbols, name);
  }

  /** Why there is no library here; empty where there is one. Loads it on the first call. */
  public static Optional<String> missing() {
    return Loaded.LIBRARY == null ? Optional.of(Loaded.MISSING) : Optional.empty();
  }

  /** Which of its loops run: {@code avx2} or {@code avx512}. */
  public static String level() {
    return get().level;
  }

  /**
   * One of its functions, for this processor.
   *
   * @throws IllegalStateException if there is no library
   */
  public static MethodHandle function(
      String name, FunctionDescriptor type, Linker.Option... options) {
    CpuLibrary library = get();
    return bind(library.symbols, name + "_" + library.level, type, options);
  }

  /** SHA-256 of the sources it was compiled from. */
  static String sources() throws Throwable {
    MemoryLayout text = MemoryLayout.sequenceLayout(SOURCES_LENGTH + 1, JAVA_BYTE);
    FunctionDescriptor type = FunctionDescriptor.of(ADDRESS.withTargetLayout(text));
    return ((MemorySegment) bind(get().symbols, "gradwire_sources", type).invoke()).getString(0);
  }

  private static CpuLibrary get() {
    CpuLibrary library = Loaded.LIBRARY;
    if (library == null) {
      throw new IllegalStateException(Loaded.MISSING);
    }
    return library;
  }

  private static MethodHandle bind(
      SymbolLookup symbols, String name, FunctionDescriptor type, Linker.Option... options) {
    return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), type, options);
  }
}
