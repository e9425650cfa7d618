package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import gradwire.error.GradwireException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products by the OpenBLAS of ND4J's own dependency, without ND4J. One thread a call,
 * always: workers scale by replicas, and the bits don't depend on how many cores there are.
 * Thread-safe.
 */
public final class OpenBlas {
  private static final int ROW_MAJOR = 101;
  private static final int AS_IT_LIES = 111;
  private static final int TRANSPOSED = 112;

  /** Longest configuration string that is read. */
  private static final int MAX_TEXT_BYTES = 256;

  private final MethodHandle sgemm;
  private final String description;

  private OpenBlas(SymbolLookup library) throws Throwable {
    Linker linker = Linker.nativeLinker();
    sgemm =
        linker.downcallHandle(
            library.findOrThrow("cblas_sgemm"),
            FunctionDescriptor.ofVoid(
                JAVA_INT,
                JAVA_INT,
                JAVA_INT, // order, transpose A, transpose B
                JAVA_INT,
                JAVA_INT,
                JAVA_INT, // M, N, K
                JAVA_FLOAT,
                ADDRESS,
                JAVA_INT, // alpha, A, lda
                ADDRESS,
                JAVA_INT, // B, ldb
                JAVA_FLOAT,
                ADDRESS,
                JAVA_INT)); // beta, C, ldc
    linker
        .downcallHandle(
            library.findOrThrow("openblas_set_num_threads"), FunctionDescriptor.ofVoid(JAVA_INT))
        .invoke(1);
    String version = text(linker, library, "openblas_get_config").split(" ", 3)[1];
    description = "openblas " + version + " " + text(linker, library, "openblas_get_corename");
  }

  /** Loaded on first use; either the library or why there is none. */
  private static final class Loaded {
    private static final @Nullable OpenBlas BLAS;
    private static final String MISSING;

    static {
      OpenBlas blas = null;
      String missing = "";
      try {
        Optional<Path> library = BlasLibrary.extract();
        if (library.isPresent()) {
          blas = new OpenBlas(SymbolLookup.libraryLookup(library.get(), Arena.global()));
        } else {
          missing = "the class path has no OpenBLAS for this platform";
        }
      } catch (IOException e) {
        missing = "OpenBLAS can't be written to the cache folder: " + e;
      } catch (Throwable e) {
        missing = "OpenBLAS doesn't load: " + e;
      }
      BLAS = blas;
      MISSING = missing;
    }
  }

  /**
   * @throws GradwireException if it isn't there
   */
  public static OpenBlas get() {
    OpenBlas blas = Loaded.BLAS;
    if (blas == null) {
      throw new GradwireException("openblas: expected a library to load; " + Loaded.MISSING);
    }
    return blas;
  }

  static Optional<String> missing() {
    return Loaded.BLAS == null ? Optional.of(Loaded.MISSING) : Optional.empty();
  }

  /** Version and the processor whose kernels it took. */
  String description() {
    return description;
  }

  /** {@code c = a b}. */
  public void multiply(Matrix a, Matrix b, Matrix c) {
    multiply(a, b, 0, c);
  }

  /**
   * {@code c = a b + kept * c}; {@code c} lies as it is meant.
   *
   * @throws IllegalArgumentException if the shapes don't fit
   */
  public void multiply(Matrix a, Matrix b, float kept, Matrix c) {
    if (a.width() != b.height()
        || c.rows() != a.height()
        || c.columns() != b.width()
        || c.transposed()) {
      throw new IllegalArgumentException(a + " by " + b + " into " + c);
    }
    try {
      sgemm.invokeExact(
          ROW_MAJOR,
          a.transposed() ? TRANSPOSED : AS_IT_LIES,
          b.transposed() ? TRANSPOSED : AS_IT_LIES,
          c.rows(),
          c.columns(),
          a.width(),
          1f,
          a.memory(),
          a.stride(),
          b.memory(),
          b.stride(),
          kept,
          c.memory(),
          c.stride());
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static String text(Linker linker, SymbolLookup library, String function)
      throws Throwable {
    MemoryLayout bytes =
        MemoryLayout.sequenceLayout(MAX_TEXT_BYTES, java.lang.foreign.ValueLayout.JAVA_BYTE);
    MethodHandle get =
        linker.downcallHandle(
            library.findOrThrow(function), FunctionDescriptor.of(ADDRESS.withTargetLayout(bytes)));
    return ((MemorySegment) get.invoke()).getString(0);
  }
}
