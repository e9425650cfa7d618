package gradwire.cpu;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.util.Optional;
import java.util.jar.JarEntry;
import org.jspecify.annotations.Nullable;

/**
 * A shared library on the class path.
 *
 * @param name what it is linked by
 * @param place where it is
 * @param identity another one for another content, as far as can be told without reading it
 * @param numBytes its length
 */
public record LibraryFile(String name, URL place, String identity, long numBytes) {
  /**
   * The library that {@code resource} is, seen from {@code owner}; empty if there is none.
   *
   * @throws IOException if its jar can't be read
   */
  public static Optional<LibraryFile> find(Class<?> owner, String resource, String name)
      throws IOException {
    @Nullable URL place = owner.getResource(resource);
    if (place == null) {
      return Optional.empty();
    }
    URLConnection connection = place.openConnection();
    if (connection instanceof JarURLConnection jar) {
      JarEntry entry = jar.getJarEntry();
      String checksum = "%08x".formatted(entry.getCrc());
      return Optional.of(new LibraryFile(name, place, checksum, entry.getSize()));
    }
    try (InputStream in = connection.getInputStream()) {
      String time = Long.toHexString(connection.getLastModified());
      return Optional.of(new LibraryFile(name, place, time, in.available()));
    }
  }

  /** Different for another content. */
  String folder() {
    return name + "-" + identity + "-" + numBytes;
  }
}
