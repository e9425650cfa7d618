package gradwire.cpu;

import java.util.zip.CRC32;

/**
 * A shared library out of a jar.
 *
 * @param name what it is linked by
 * @param content not changed after
 */
public record LibraryFile(String name, byte[] content) {
  /** Different for another content. */
  String folder() {
    CRC32 checksum = new CRC32();
    checksum.update(content);
    return "%s-%08x-%d".formatted(name, checksum.getValue(), content.length);
  }
}
