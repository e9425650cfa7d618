package gradwire.cpu;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Where shared libraries out of jars are put, so that they can be loaded: a folder of the user's
 * cache, named by content, once for all processes. Written beside and renamed, so that a
 * half-written one is never loaded.
 */
public final class LibraryCache {
  private static final Set<PosixFilePermission> OURS_ALONE =
      PosixFilePermissions.fromString("rwx------");

  private LibraryCache() {}

  /**
   * The library as a file.
   *
   * @param beside what it is linked with, and finds in its own folder
   * @throws IOException if it can't be written
   */
  public static Path place(LibraryFile library, LibraryFile... beside) throws IOException {
    Path folder = cache().resolve(library.folder());
    Files.createDirectories(folder);
    for (LibraryFile file : beside) {
      write(file, folder);
    }
    return write(library, folder);
  }

  /** {@code XDG_CACHE_HOME} or {@code ~/.cache}; where that can't be written, a temporary one. */
  private static Path cache() throws IOException {
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

  /** What others could write to is not loaded from. */
  private static Path temporary() throws IOException {
    String user = System.getProperty("user.name", "user");
    Path known = Path.of(System.getProperty("java.io.tmpdir"), "gradwire-" + user);
    try {
      Files.createDirectory(known, PosixFilePermissions.asFileAttribute(OURS_ALONE));
    } catch (FileAlreadyExistsException seen) {
      boolean ours =
          Files.getOwner(known, LinkOption.NOFOLLOW_LINKS).getName().equals(user)
              && Files.getPosixFilePermissions(known, LinkOption.NOFOLLOW_LINKS).equals(OURS_ALONE);
      return ours ? known : Files.createTempDirectory("gradwire");
    }
    return known;
  }

  private static Path write(LibraryFile library, Path folder) throws IOException {
    Path file = folder.resolve(library.name());
    if (Files.exists(file) && Files.size(file) == library.numBytes()) {
      return file;
    }
    Path beside = Files.createTempFile(folder, "new", ".so");
    try (InputStream content = library.place().openStream()) {
      Files.copy(content, beside, StandardCopyOption.REPLACE_EXISTING);
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(beside);
    }
    return file;
  }
}
