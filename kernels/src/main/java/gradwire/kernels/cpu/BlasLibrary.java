package gradwire.kernels.cpu;

import gradwire.cpu.LibraryCache;
import gradwire.cpu.LibraryFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * OpenBLAS's shared library, and what it is linked with, out of the jar of {@code
 * org.bytedeco:openblas} that is on the class path.
 */
final class BlasLibrary {
  private static final String LIBRARY = "libopenblas.so.0";

  /** Found by {@link #LIBRARY} in its own folder. */
  private static final List<String> BESIDE =
      List.of("libgcc_s.so.1", "libquadmath.so.0", "libgfortran.so.5");

  private static final Map<String, String> PLATFORMS =
      Map.of("amd64", "linux-x86_64", "aarch64", "linux-arm64");

  private BlasLibrary() {}

  /**
   * The library, ready to be loaded; empty where the class path has none for this platform.
   *
   * @throws IOException if it can't be written
   */
  static Optional<Path> extract() throws IOException {
    Optional<String> folder = resourceFolder();
    if (folder.isEmpty()) {
      return Optional.empty();
    }
    Optional<LibraryFile> library = find(folder.get(), LIBRARY);
    if (library.isEmpty()) {
      return Optional.empty();
    }
    List<LibraryFile> beside = new ArrayList<>();
    for (String name : BESIDE) {
      find(folder.get(), name).ifPresent(beside::add);
    }
    return Optional.of(LibraryCache.place(library.get(), beside.toArray(LibraryFile[]::new)));
  }

  private static Optional<String> resourceFolder() {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    return Optional.ofNullable(PLATFORMS.get(System.getProperty("os.arch", "")))
        .filter(ignored -> system.equals("linux"))
        .map(platform -> "/org/bytedeco/openblas/" + platform + "/");
  }

  private static Optional<LibraryFile> find(String folder, String name) throws IOException {
    return LibraryFile.find(BlasLibrary.class, folder + name, name);
  }
}
