package gradwire.safetensors;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import gradwire.error.GradwireException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A safetensors file: 8 bytes header length, a JSON header, raw little-endian float32. Written
 * whole or not at all. The metadata's {@code sha256} is that of header and data, taken with 64
 * zeros in its own place; it is checked when read. Files of others may do without. Immutable.
 *
 * @param metadata text by key; {@code sha256} is added by {@link #write}
 * @param tensors in file order
 */
public record SafetensorsFile(SortedMap<String, String> metadata, List<Entry> tensors) {
  private static final String SHA256 = "sha256";
  private static final String NO_HASH = "0".repeat(64);
  private static final String METADATA = "__metadata__";
  private static final long MAX_HEADER_BYTES = 64L << 20;

  /**
   * Forced to disk at a time. While a file system commits what was written it may hold up whoever
   * writes to other files on it, mapped ones too: better often and shortly.
   */
  private static final long PIECE_BYTES = 8L << 20;

  /**
   * One tensor of a file.
   *
   * @param name unique in the file
   * @param shape axis lengths, last axis fastest in memory
   * @param values {@code shape} float32
   */
  public record Entry(String name, List<Long> shape, MemorySegment values) {
    public Entry {
      shape = List.copyOf(shape);
    }
  }

  public SafetensorsFile {
    metadata = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
    tensors = List.copyOf(tensors);
  }

  /** Writes to {@code path} by way of a temporary file beside it; replaces what was there. */
  public static void write(Path path, Map<String, String> metadata, List<Entry> tensors) {
    SortedMap<String, String> all = new TreeMap<>(metadata);
    all.put(SHA256, NO_HASH);
    byte[] unhashed = header(all, tensors);
    all.put(SHA256, hash(unhashed, tensors));
    writeFile(path, header(all, tensors), tensors);
  }

  /**
   * As {@link #write}, but the file says nothing of its hash.
   *
   * @return SHA-256 of the whole file, in hexadecimal: what {@code sha256sum} prints
   */
  public static String writeUnsigned(Path path, Map<String, String> metadata, List<Entry> tensors) {
    byte[] header = header(metadata, tensors);
    writeFile(path, header, tensors);
    List<MemorySegment> all = new ArrayList<>();
    all.add(MemorySegment.ofArray(length(header).array()));
    all.add(MemorySegment.ofArray(header));
    tensors.forEach(tensor -> all.add(tensor.values()));
    return sha256(all);
  }

  private static void writeFile(Path path, byte[] header, List<Entry> tensors) {
    Path temporary = path.resolveSibling(path.getFileName() + ".tmp");
    try {
      Files.createDirectories(path.toAbsolutePath().getParent());
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        writeFully(channel, length(header));
        writeFully(channel, ByteBuffer.wrap(header));
        for (Entry tensor : tensors) {
          writeFully(channel, tensor.values());
        }
        channel.force(true);
      }
      Files.move(
          temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      removeQuietly(temporary);
      throw new GradwireException(
          path + ": cannot write (" + e + "); free some space or check permissions", e);
    }
  }

  private static ByteBuffer length(byte[] header) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).flip();
  }

  private static void removeQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException alreadyReported) {
      // The write's own failure is the news.
    }
  }

  /**
   * Reads and checks a file.
   *
   * @param arena owns the memory of the tensors
   * @throws GradwireException naming the file, if it is truncated, malformed or altered
   */
  public static SafetensorsFile read(Path path, Arena arena) {
    return read(path, arena, SafetensorsFile::checkHash);
  }

  /**
   * Reads a file that was {@linkplain #writeUnsigned written without its hash}.
   *
   * @param sha256 of the whole file, in hexadecimal
   */
  public static SafetensorsFile read(Path path, Arena arena, String sha256) {
    return read(
        path,
        arena,
        (name, metadata, header, data) -> {
          MemorySegment length = MemorySegment.ofArray(length(header).array());
          expectHash(name, sha256, List.of(length, MemorySegment.ofArray(header), data));
        });
  }

  /** Throws if the content isn't what it was. */
  private interface Check {
    void check(Path path, Map<String, String> metadata, byte[] header, MemorySegment data);
  }

  private static SafetensorsFile read(Path path, Arena arena, Check check) {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      return parse(path, file, check);
    } catch (IOException e) {
      throw new GradwireException(path + ": cannot read (" + e + ")", e);
    } catch (GradwireException refused) {
      throw refused;
    } catch (RuntimeException e) {
      throw refused(path, "a JSON header of tensors", String.valueOf(e.getMessage()));
    }
  }

  /** SHA-256 over all segments, one after the other, in hexadecimal. */
  public static String sha256(List<MemorySegment> segments) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] block = new byte[1 << 16];
      for (MemorySegment segment : segments) {
        for (long at = 0; at < segment.byteSize(); at += block.length) {
          int length = (int) Math.min(block.length, segment.byteSize() - at);
          MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, at, block, 0, length);
          digest.update(block, 0, length);
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] header(Map<String, String> metadata, List<Entry> tensors) {
    JsonObject header = new JsonObject();
    JsonObject meta = new JsonObject();
    new TreeMap<>(metadata).forEach(meta::addProperty); // same content, same bytes
    header.add(METADATA, meta);
    long begin = 0;
    for (Entry tensor : tensors) {
      JsonObject entry = new JsonObject();
      entry.addProperty("dtype", "F32");
      JsonArray shape = new JsonArray();
      tensor.shape().forEach(shape::add);
      entry.add("shape", shape);
      JsonArray offsets = new JsonArray();
      offsets.add(begin);
      begin += tensor.values().byteSize();
      offsets.add(begin);
      entry.add("data_offsets", offsets);
      header.add(tensor.name(), entry);
    }
    String text = header.toString();
    int unpadded = text.getBytes(StandardCharsets.UTF_8).length;
    return (text + " ".repeat((8 - unpadded % 8) % 8)).getBytes(StandardCharsets.UTF_8);
  }

  private static SafetensorsFile parse(Path path, MemorySegment file, Check check) {
    if (file.byteSize() < 8) {
      throw refused(path, "at least 8 bytes", file.byteSize() + " bytes");
    }
    long headerBytes =
        file.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
    if (headerBytes < 2 || headerBytes > Math.min(MAX_HEADER_BYTES, file.byteSize() - 8)) {
      throw refused(path, "a header within the file", "a header of " + headerBytes + " bytes");
    }
    byte[] headerText = file.asSlice(8, headerBytes).toArray(ValueLayout.JAVA_BYTE);
    JsonObject header =
        JsonParser.parseString(new String(headerText, StandardCharsets.UTF_8)).getAsJsonObject();
    MemorySegment data = file.asSlice(8 + headerBytes);
    SortedMap<String, String> metadata = new TreeMap<>();
    List<Entry> tensors = new ArrayList<>();
    for (String name : header.keySet()) {
      JsonObject entry = header.getAsJsonObject(name);
      if (name.equals(METADATA)) {
        entry.entrySet().forEach(e -> metadata.put(e.getKey(), e.getValue().getAsString()));
      } else {
        tensors.add(entry(path, name, entry, data));
      }
    }
    check.check(path, metadata, headerText, data);
    return new SafetensorsFile(metadata, tensors);
  }

  private static Entry entry(Path path, String name, JsonObject entry, MemorySegment data) {
    List<Long> shape = new ArrayList<>();
    entry.getAsJsonArray("shape").forEach(axis -> shape.add(axis.getAsLong()));
    JsonArray offsets = entry.getAsJsonArray("data_offsets");
    long begin = offsets.get(0).getAsLong();
    long end = offsets.get(1).getAsLong();
    long expected = shape.stream().reduce(1L, Math::multiplyExact) * Float.BYTES;
    if (!entry.get("dtype").getAsString().equals("F32") || end - begin != expected) {
      throw refused(path, name + " as F32 of shape " + shape, entry.toString());
    }
    if (begin < 0 || end > data.byteSize()) {
      throw refused(
          path,
          name + " to end at byte " + end + " of the data",
          data.byteSize() + " bytes of data");
    }
    return new Entry(name, shape, data.asSlice(begin, end - begin));
  }

  private static void checkHash(
      Path path, Map<String, String> metadata, byte[] header, MemorySegment data) {
    boolean isOurs = metadata.getOrDefault("format", "").startsWith("gradwire");
    String expected = metadata.getOrDefault(SHA256, isOurs ? "none" : NO_HASH);
    if (expected.equals(NO_HASH) && !isOurs) {
      return;
    }
    String text = new String(header, StandardCharsets.UTF_8);
    byte[] unhashed = text.replace(expected, NO_HASH).getBytes(StandardCharsets.UTF_8);
    expectHash(path, expected, List.of(MemorySegment.ofArray(unhashed), data));
  }

  private static void expectHash(Path path, String expected, List<MemorySegment> content) {
    String got = sha256(content);
    if (!expected.equals(got)) {
      throw refused(path, "header and data with SHA-256 " + expected, got);
    }
  }

  private static String hash(byte[] header, List<Entry> tensors) {
    List<MemorySegment> all = new ArrayList<>();
    all.add(MemorySegment.ofArray(header));
    tensors.forEach(tensor -> all.add(tensor.values()));
    return sha256(all);
  }

  private static GradwireException refused(Path path, String expected, String got) {
    return new GradwireException(
        path
            + ": damaged or not a safetensors file: expected "
            + expected
            + ", got "
            + got
            + "; use an earlier one");
  }

  private static void writeFully(FileChannel channel, MemorySegment values) throws IOException {
    for (long at = 0; at < values.byteSize(); at += PIECE_BYTES) {
      long length = Math.min(PIECE_BYTES, values.byteSize() - at);
      writeFully(channel, values.asSlice(at, length).asByteBuffer());
      if (length == PIECE_BYTES) {
        channel.force(false);
      }
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }
}
