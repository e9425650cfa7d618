package gradwire.tensor;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PlainMemoryTest {
  @TempDir private Path folder;

  @Test
  void mappedAndAllocatedMemoryAreSeenAsOneClassAndDieWithTheirs() throws IOException {
    MappedFile file = MappedFile.create(folder.resolve("file"), 64);
    MemorySegment mapped = PlainMemory.view(file.memory());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment allocated = PlainMemory.view(Floats.allocate(arena, 16));
      assertThat(mapped.getClass()).isSameAs(allocated.getClass());
      assertThat(mapped.getClass()).isNotSameAs(file.memory().getClass());
    }
    mapped.setAtIndex(JAVA_FLOAT, 3, 7);
    assertThat(file.memory().getAtIndex(JAVA_FLOAT, 3)).isEqualTo(7);
    assertThat(mapped.byteSize()).isEqualTo(64);
    file.close();
    assertThatThrownBy(() -> mapped.getAtIndex(JAVA_FLOAT, 3))
        .isInstanceOf(IllegalStateException.class);
  }
}
