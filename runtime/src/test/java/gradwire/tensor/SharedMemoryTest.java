package gradwire.tensor;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.tensor.SharedMemory.Handle;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledOnOs(OS.LINUX)
final class SharedMemoryTest {
  private static final int NUM_FLOATS = 1021;

  private final SharedMemory own = SharedMemory.create(NUM_FLOATS).orElseThrow();

  @AfterEach
  void close() {
    own.close();
  }

  @Test
  void whatOneSideWritesTheOtherReads() throws IOException {
    try (SharedMemory other = SharedMemory.attach(own.handle())) {
      own.floats().setAtIndex(JAVA_FLOAT, NUM_FLOATS - 1, 3);
      other.floats().setAtIndex(JAVA_FLOAT, 0, 4);

      assertThat(Floats.length(other.floats())).isEqualTo(NUM_FLOATS);
      assertThat(other.floats().getAtIndex(JAVA_FLOAT, NUM_FLOATS - 1)).isEqualTo(3);
      assertThat(own.floats().getAtIndex(JAVA_FLOAT, 0)).isEqualTo(4);
    }
    assertThat(own.floats().getAtIndex(JAVA_FLOAT, 0)).isEqualTo(4);
  }

  /** Around where pages become large, and beyond. */
  @ParameterizedTest
  @ValueSource(ints = {1_047_551, 1_047_552, 1_047_553, 1_048_576, 3_000_017})
  void aLongOneIsTheSameOnBothSidesToItsEnds(int numFloats) throws IOException {
    try (SharedMemory one = SharedMemory.create(numFloats).orElseThrow();
        SharedMemory other = SharedMemory.attach(one.handle())) {
      assertThat(one.floats().mismatch(MemorySegment.ofArray(new float[numFloats]))).isEqualTo(-1);
      for (int i = 0; i < numFloats; i++) {
        one.floats().setAtIndex(JAVA_FLOAT, i, i);
      }
      assertThat(other.floats().mismatch(one.floats())).isEqualTo(-1);
      assertThat(other.floats().address()).isNotEqualTo(one.floats().address());
      other.floats().fill((byte) 7);
      assertThat(one.floats().mismatch(other.floats())).isEqualTo(-1);
      assertThat(Floats.length(other.floats())).isEqualTo(numFloats);
    }
  }

  @Test
  @Timeout(60)
  void anotherProcessReadsAndWritesToo() throws IOException, InterruptedException {
    own.floats().setAtIndex(JAVA_FLOAT, 7, 20.5f);
    Process child = startChild(own.handle());
    try (BufferedReader said =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(said.readLine()).isEqualTo("20.5");
      assertThat(own.floats().getAtIndex(JAVA_FLOAT, 8)).isEqualTo(41);
      assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(own.floats().getAtIndex(JAVA_FLOAT, 8)).isEqualTo(41);
    } finally {
      child.destroyForcibly();
    }
  }

  private static Process startChild(Handle handle) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            SharedMemoryChild.class.getName());
    List.of(
            handle.pid(),
            handle.descriptor(),
            handle.numFloats(),
            handle.tokenHigh(),
            handle.tokenLow())
        .forEach(part -> builder.command().add(String.valueOf(part)));
    return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  @Test
  void memoryWithAnotherTokenIsRefused() {
    Handle handle = own.handle();
    assertThatThrownBy(() -> SharedMemory.attach(with(NUM_FLOATS, ~handle.tokenHigh())))
        .isInstanceOf(IOException.class)
        .hasMessage("shared memory: expected the peer's token, got another's memory");
  }

  @Test
  void moreFloatsThanThereAreAreRefused() {
    for (long numFloats : new long[] {NUM_FLOATS + 1, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
      assertThatThrownBy(() -> SharedMemory.attach(with(numFloats, own.handle().tokenHigh())))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "shared memory: expected " + numFloats + " floats, got room for " + NUM_FLOATS);
    }
  }

  private Handle with(long numFloats, long tokenHigh) {
    Handle handle = own.handle();
    return new Handle(handle.pid(), handle.descriptor(), numFloats, tokenHigh, handle.tokenLow());
  }

  @Test
  void aFileThatIsNoSharedMemoryOfOursIsRefused() {
    assertThatThrownBy(() -> SharedMemory.attach(new Handle(own.handle().pid(), 0, 1, 0, 0)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("/fd/0: expected shared memory of Gradwire, got ");
  }

  @Test
  void memoryThatIsClosedOrOfNobodyIsRefused() {
    SharedMemory gone = SharedMemory.create(1).orElseThrow();
    gone.close();

    assertThatThrownBy(() -> SharedMemory.attach(gone.handle())).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> SharedMemory.attach(new Handle(-1, -1, 1, 0, 0)))
        .isInstanceOf(IOException.class);
  }

  @Test
  void aSegmentKnowsItsPlace() {
    var piece = Floats.slice(own.floats(), 5, 10);

    assertThat(own.offsetOf(piece)).isEqualTo(5);
    assertThat(own.contains(piece)).isTrue();
    assertThat(own.contains(java.lang.foreign.Arena.ofAuto().allocate(4))).isFalse();
  }
}
