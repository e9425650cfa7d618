package gradwire.server.checkpoint;

import static gradwire.server.checkpoint.SavedShards.save;
import static gradwire.server.checkpoint.SavedShards.snapshot;
import static gradwire.server.checkpoint.SavedShards.writer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import gradwire.error.GradwireException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckpointWriterTest {
  @TempDir private Path folder;

  /** Eight bytes of length, a JSON header, raw floats: read by hand, as NumPy would. */
  @Test
  void aPartIsASafetensorsFileOfWeightsAndSlots() throws IOException {
    save(folder, 2, 12);

    byte[] bytes = Files.readAllBytes(folder.resolve("step-000000012/shard-1-of-2.safetensors"));
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int headerBytes = Math.toIntExact(buffer.getLong());
    JsonObject header =
        JsonParser.parseString(new String(bytes, 8, headerBytes, StandardCharsets.UTF_8))
            .getAsJsonObject();

    assertThat(header.keySet())
        .containsExactly("__metadata__", "b[0:4]", "b[0:4]/slot0", "b[0:4]/slot1");
    assertThat(header.getAsJsonObject("__metadata__").get("begin").getAsString()).isEqualTo("3");
    JsonObject slot = header.getAsJsonObject("b[0:4]/slot1");
    assertThat(slot.get("dtype").getAsString()).isEqualTo("F32");
    assertThat(slot.get("shape")).hasToString("[4]");
    int begin = 8 + headerBytes + slot.getAsJsonArray("data_offsets").get(0).getAsInt();
    for (int i = 0; i < 4; i++) {
      assertThat(buffer.getFloat(begin + 4 * i)).isEqualTo(SavedShards.value(12, 2, 3 + i));
    }
  }

  @Test
  void theManifestNamesEveryFileWithItsLengthAndHash() throws Exception {
    save(folder, 3, 12);

    JsonObject manifest =
        JsonParser.parseString(Files.readString(folder.resolve("step-000000012/manifest.json")))
            .getAsJsonObject();
    assertThat(manifest.get("format").getAsString()).isEqualTo("gradwire-checkpoint-1");
    assertThat(manifest.get("step").getAsLong()).isEqualTo(12);
    assertThat(manifest.get("numFloats").getAsLong()).isEqualTo(7);
    JsonObject run = manifest.getAsJsonObject("run");
    assertThat(run.getAsJsonObject("job").get("seed").getAsLong()).isEqualTo(42);
    assertThat(run.get("consistency").getAsString()).isEqualTo("sync");
    assertThat(manifest.getAsJsonArray("replicas")).hasSize(2);
    assertThat(manifest.getAsJsonArray("replicas").get(1))
        .hasToString("{\"sequence\":12,\"outcome\":\"APPLIED\",\"applied\":12,\"dropped\":0}");
    assertThat(manifest.getAsJsonArray("files")).hasSize(3);
    for (var element : manifest.getAsJsonArray("files")) {
      JsonObject file = element.getAsJsonObject();
      byte[] bytes =
          Files.readAllBytes(folder.resolve("step-000000012").resolve(text(file, "file")));
      assertThat(file.get("bytes").getAsLong()).isEqualTo(bytes.length);
      assertThat(text(file, "sha256"))
          .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
    }
  }

  private static String text(JsonObject object, String key) {
    return object.get(key).getAsString();
  }

  @Test
  void theManifestComesWithTheLastServersFile() {
    writer(folder, 1, 2).saveFinal(snapshot(1, 2, 10));
    assertThat(folder.resolve("step-000000010/shard-1-of-2.safetensors")).exists();
    assertThat(folder.resolve("step-000000010/manifest.json")).doesNotExist();

    writer(folder, 0, 2).saveFinal(snapshot(0, 2, 10));
    assertThat(folder.resolve("step-000000010/manifest.json")).exists();
  }

  @Test
  void anOldOneStaysUntilANewOneIsWholeAndWhatNeverWillBeGoesWithIt() throws IOException {
    save(folder, 2, 10, 20);
    writer(folder, 0, 2).saveFinal(snapshot(0, 2, 30));
    writer(folder, 0, 2).saveFinal(snapshot(0, 2, 40));
    assertThat(folders())
        .containsExactlyInAnyOrder(
            "step-000000010", "step-000000020", "step-000000030", "step-000000040");

    writer(folder, 1, 2).saveFinal(snapshot(1, 2, 40));
    assertThat(folders()).containsExactlyInAnyOrder("step-000000020", "step-000000040");
    writer(folder, 1, 2).saveFinal(snapshot(1, 2, 40));
    assertThat(folders()).containsExactlyInAnyOrder("step-000000020", "step-000000040");
  }

  @Test
  void filesOfTwoMomentsAreNoCheckpoint() {
    writer(folder, 0, 2).saveFinal(snapshot(0, 2, 10, 10));

    assertThatThrownBy(() -> writer(folder, 1, 2).saveFinal(snapshot(1, 2, 10, 9)))
        .isInstanceOf(GradwireException.class)
        .hasMessageContaining("step-000000010: expected the servers' files to be of one moment")
        .hasMessageContaining("sequence=9");
    assertThat(folder.resolve("step-000000010/manifest.json")).doesNotExist();
  }

  /** A snapshot that is ready when the test says so. */
  private record Waiting(CountDownLatch ready, CountDownLatch closed) implements Snapshot.Source {
    Waiting() {
      this(new CountDownLatch(1), new CountDownLatch(1));
    }

    @Override
    public Snapshot await() {
      try {
        ready.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return snapshot(0, 1, 10);
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }

  @Test
  void whatIsDueWhileOneIsBeingWrittenIsLeftOutAndTheFinalOneWaits() throws InterruptedException {
    CheckpointWriter writer = writer(folder, 0, 1);
    Waiting first = new Waiting();
    Waiting second = new Waiting();
    writer.saveLater(10, first);
    assertThat(writer.isIdle(20)).isFalse();
    writer.saveLater(20, second);
    second.closed().await();
    first.ready().countDown();
    writer.saveFinal(snapshot(0, 1, 30));

    first.closed().await();
    assertThat(folder.resolve("step-000000010/manifest.json")).exists();
    assertThat(folder.resolve("step-000000020")).doesNotExist();
    assertThat(folder.resolve("step-000000030/manifest.json")).exists();
  }

  @Test
  void whoHasClosedItFindsWholeWhatWasBeingWritten() throws InterruptedException {
    CheckpointWriter writer = writer(folder, 0, 1);
    Waiting last = new Waiting();
    writer.saveLater(10, last);
    Thread closing = Thread.ofPlatform().start(writer::close);
    while (closing.getState() != Thread.State.TIMED_WAITING) {
      assertThat(closing.isAlive()).as("waits for what is being written").isTrue();
      Thread.onSpinWait();
    }
    last.ready().countDown();
    closing.join();
    assertThat(folder.resolve("step-000000010/manifest.json")).exists();
  }

  @Test
  void aFolderThatIsInTheWayIsNamedAndWhenItIsGoneTheNextOneIsWritten() throws IOException {
    Path inTheWay = Files.writeString(folder.resolve("checkpoints"), "");
    CheckpointWriter writer = writer(inTheWay, 0, 1);
    assertThatThrownBy(() -> writer.saveFinal(snapshot(0, 1, 2)))
        .isInstanceOf(GradwireException.class)
        .hasMessageContaining("step-000000002/shard-0-of-1.safetensors: cannot write (");
    Files.delete(inTheWay);
    writer.saveFinal(snapshot(0, 1, 3));
    assertThat(inTheWay.resolve("step-000000003/manifest.json")).exists();
  }

  private List<String> folders() throws IOException {
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      files.forEach(file -> names.add(file.getFileName().toString()));
    }
    return names;
  }
}
