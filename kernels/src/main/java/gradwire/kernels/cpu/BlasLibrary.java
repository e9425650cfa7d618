package gradwire.kernels.cpu;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * Takes OpenBLAS's shared library, and what it is linked with, out of the jar of {@code
 * org.bytedeco:openblas} that is on the class path.
 *
 * <p>Files go to a folder of the user's cache, named by content, once for all processes: written
 * beside and renamed, so that a half-written one is never loaded.
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
    if (folder.isEmpty() || BlasLibrary.class.getResource(folder.get() + LIBRARY) == null) {
      return Optional.empty();
    }
    byte[] library = read(folder.get() + LIBRARY);
    Path target = cache().resolve(name(library));
    Files.createDirectories(target);
    for (String beside : BESIDE) {
      if (BlasLibrary.class.getResource(folder.get() + beside) != null) {
        write(read(folder.get() + beside), target.resolve(beside));
      }
    }
    return Optional.of(write(library, target.resolve(LIBRARY)));
  }

  private static Optional<String> resourceFolder() {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    return Optional.ofNullable(PLATFORMS.get(System.getProperty("os.arch", "")))
        .filter(ignored -> system.equals("linux"))
        .map(platform -> "/org/bytedeco/openblas/" + platform + "/");
  }

  private static byte[] read(String resource) throws IOException {
    try (InputStream in = BlasLibrary.class.getResourceAsStream(resource)) {
      return java.util.Objects.requireNonNull(in, resource).readAllBytes();
    }
  }

  private static String name(byte[] library) {
    CRC32 checksum = new CRC32();
    checksum.update(library);
    return "openblas-%08x-%d".formatted(checksum.getValue(), library.length);
  }

  /** {@code XDG_CACHE_HOME} or {@code ~/.cache}; where that can't be written, the temporary one. */
  private static Path cache() {
    String configured = System.getenv("XDG_CACHE_HOME");
    Path user =
        configured == null || configured.isEmpty()
            ? Path.of(System.getProperty("user.home", ""), ".cache")
            : Path.of(configured);
    Path cache = user.resolve("gradwire");
    try {
      Files.createDirectories(cache);
      return Files.isWritable(cache) ? cache : temporary();
    } catch (IOException notOurs) {
      return temporary();
    }
  }

  private static Path temporary() {
    String owner = System.getProperty("user.name", "user");
    return Path.of(System.getProperty("java.io.tmpdir"), "gradwire-" + owner);
  }

  private static Path write(byte[] content, Path file) throws IOException {
    if (Files.exists(file) && Files.size(file) == content.length) {
      return file;
    }
    Path beside = Files.createTempFile(file.getParent(), "new", ".so");
    try {
      Files.write(beside, content);
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(beside);
    }
    return file;
  }
}
