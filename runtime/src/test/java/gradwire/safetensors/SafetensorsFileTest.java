package gradwire.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import gradwire.error.GradwireException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SafetensorsFileTest {
  @TempDir private Path folder;

  @Test
  void whatWasWrittenIsReadBack() {
    Path path = write();
    try (Arena arena = Arena.ofConfined()) {
      SafetensorsFile read = SafetensorsFile.read(path, arena);

      assertThat(read.metadata()).containsEntry("step", "12").containsKey("sha256");
      assertThat(read.tensors()).extracting(SafetensorsFile.Entry::name).containsExactly("w", "b");
      assertThat(read.tensors().getFirst().shape()).containsExactly(2L, 3L);
      assertThat(floats(read.tensors().getFirst().values())).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(floats(read.tensors().getLast().values())).containsExactly(-0.5f);
    }
  }

  @Test
  void theBytesAreThoseThatOtherReadersExpect() throws IOException {
    byte[] bytes = Files.readAllBytes(write());
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int headerBytes = Math.toIntExact(buffer.getLong());
    JsonObject header =
        JsonParser.parseString(new String(bytes, 8, headerBytes, StandardCharsets.UTF_8))
            .getAsJsonObject();

    assertThat(headerBytes % 8).isZero();
    assertThat(header.getAsJsonObject("w"))
        .hasToString("{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}");
    assertThat(header.getAsJsonObject("b").get("data_offsets")).hasToString("[24,28]");
    assertThat(bytes).hasSize(8 + headerBytes + 28);
    assertThat(buffer.getFloat(8 + headerBytes + 4)).isEqualTo(2);
    assertThat(buffer.getFloat(8 + headerBytes + 24)).isEqualTo(-0.5f);
  }

  @Test
  void metadataInAnyOrderMakesTheSameFile() throws Exception {
    Map<String, String> upwards = new LinkedHashMap<>();
    Map<String, String> downwards = new LinkedHashMap<>();
    for (int i = 0; i < 9; i++) {
      upwards.put("key" + i, "value" + i);
      downwards.put("key" + (8 - i), "value" + (8 - i));
    }

    assertThat(SafetensorsFile.writeUnsigned(folder.resolve("down"), downwards, List.of()))
        .isEqualTo(SafetensorsFile.writeUnsigned(folder.resolve("up"), upwards, List.of()));
  }

  @Test
  void anUnsignedFileIsCheckedByTheHashOfAllItsBytes() throws Exception {
    Path path = folder.resolve("a.safetensors");
    String sha256;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment values = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3);
      sha256 =
          SafetensorsFile.writeUnsigned(
              path,
              Map.of("format", "gradwire-shard-2"),
              List.of(new SafetensorsFile.Entry("w", List.of(3L), values)));
    }
    byte[] sound = Files.readAllBytes(path);
    assertThat(sha256)
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(sound)));
    try (Arena arena = Arena.ofConfined()) {
      assertThat(floats(SafetensorsFile.read(path, arena, sha256).tensors().getFirst().values()))
          .containsExactly(1, 2, 3);
    }
    sound[sound.length - 1] ^= 1;
    Files.write(path, sound);
    try (Arena arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> SafetensorsFile.read(path, arena, sha256))
          .hasMessageContaining("a.safetensors: damaged")
          .hasMessageContaining(sha256);
    }
  }

  @Test
  void theFileIsThereWholeAndNothingElse() throws IOException {
    write();
    write();

    try (var files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactly("a.safetensors");
    }
  }

  @Test
  void noTruncationPassesUnnoticed() throws IOException {
    Path path = write();
    byte[] sound = Files.readAllBytes(path);
    for (int length = 0; length < sound.length; length++) {
      Files.write(path, Arrays.copyOf(sound, length));
      assertRefused(path);
    }
    Files.write(path, Arrays.copyOf(sound, sound.length + 4));
    assertRefused(path);
  }

  @Test
  void noFlippedBitPassesUnnoticed() throws IOException {
    Path path = write();
    byte[] sound = Files.readAllBytes(path);
    for (int bit = 0; bit < 8 * sound.length; bit++) {
      byte[] damaged = sound.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(path, damaged);
      assertRefused(path);
    }
  }

  @Test
  void randomBytesAreRefusedByName() throws IOException {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 500; i++) {
      byte[] bytes = new byte[random.nextInt(8, 200)];
      random.nextBytes(bytes);
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(random.nextInt(bytes.length));
      assertRefused(Files.write(folder.resolve("seed-" + seed), bytes));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{\"w\": 1}",
        "{\"w\": {}}",
        "{\"w\": {\"dtype\": \"F32\", \"shape\": [1]}}",
        "{\"w\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": []}}",
        "{\"w\": {\"dtype\": \"F32\", \"shape\": [\"x\"], \"data_offsets\": [0, 4]}}",
        "{\"w\": {\"dtype\": \"F16\", \"shape\": [1], \"data_offsets\": [0, 4]}}",
        "{\"w\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [0, 4]}}",
        "{\"w\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [-4, 0]}}",
        "{\"w\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [8, 12]}}",
        "{\"w\": {\"dtype\": \"F32\", \"shape\": [4294967296, 4294967296], \"data_offsets\": [0,0]}}",
        "{\"__metadata__\": {\"a\": {}}}",
        "{\"__metadata__\": {\"format\": \"gradwire-shard-1\"}}",
        "{\"w\"",
      })
  void aMalformedHeaderIsRefused(String header) throws IOException {
    assertRefused(Files.write(folder.resolve("malformed"), file(header, new byte[4])));
  }

  @Test
  void aFileOfOthersNeedsNoHash() throws IOException {
    String header = "{\"w\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 4]}}";
    Path path = Files.write(folder.resolve("foreign"), file(header, new byte[4]));
    try (Arena arena = Arena.ofConfined()) {
      assertThat(SafetensorsFile.read(path, arena).tensors()).hasSize(1);
    }
  }

  @Test
  void aFolderThatCannotBeMadeIsAClearError() throws IOException {
    Path file = Files.writeString(folder.resolve("in-the-way"), "");

    assertThatThrownBy(() -> SafetensorsFile.write(file.resolve("a"), Map.of(), List.of()))
        .isInstanceOf(GradwireException.class)
        .hasMessageContaining(file + "/a: cannot write (")
        .hasMessageEndingWith("); free some space or check permissions");
  }

  @Test
  void aFailedWriteLeavesNothingBehind() throws IOException {
    Path target = folder.resolve("target");
    Files.createDirectories(target.resolve("full"));

    assertThatThrownBy(() -> SafetensorsFile.write(target, Map.of(), List.of()))
        .hasMessageContaining("cannot write");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(target);
    }
  }

  @Test
  void aMissingFileIsNamed() {
    try (Arena arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> SafetensorsFile.read(folder.resolve("missing"), arena))
          .isInstanceOf(GradwireException.class)
          .hasMessageContaining("missing: cannot read (java.nio.file.NoSuchFileException");
    }
  }

  private Path write() {
    Path path = folder.resolve("a.safetensors");
    SafetensorsFile.write(
        path,
        Map.of("format", "gradwire-test-1", "step", "12"),
        List.of(
            new SafetensorsFile.Entry("w", List.of(2L, 3L), segment(1, 2, 3, 4, 5, 6)),
            new SafetensorsFile.Entry("b", List.of(), segment(-0.5f))));
    return path;
  }

  private static byte[] file(String header, byte[] data) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + text.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(text.length)
        .put(text)
        .put(data)
        .array();
  }

  private static MemorySegment segment(float... values) {
    return Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, values);
  }

  private static float[] floats(MemorySegment values) {
    float[] floats = new float[(int) (values.byteSize() / Float.BYTES)];
    MemorySegment.copy(values, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, floats, 0, floats.length);
    return floats;
  }

  private static void assertRefused(Path path) {
    try (Arena arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> SafetensorsFile.read(path, arena))
          .isInstanceOf(GradwireException.class)
          .hasMessageContaining(path + ": damaged or not a safetensors file: expected ");
    }
  }
}
