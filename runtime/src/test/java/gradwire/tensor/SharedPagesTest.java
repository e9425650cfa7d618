package gradwire.tensor;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
final class SharedPagesTest {
  private static final long LONG_FLOATS = 1 << 26;
  private static final long TOUCHED_FLOATS = 1 << 22;
  private static final long TOUCHED_BYTES = TOUCHED_FLOATS * Float.BYTES;

  @Test
  void pagesOfALongVectorLeaveThisProcessAndKeepTheirValues() throws IOException {
    assertThat(bytesGivenBack(LONG_FLOATS)).isGreaterThan(TOUCHED_BYTES * 9 / 10);
  }

  @Test
  void aShortVectorStays() throws IOException {
    assertThat(bytesGivenBack(LONG_FLOATS - 1)).isLessThan(TOUCHED_BYTES / 10);
  }

  private static long bytesGivenBack(long numFloats) throws IOException {
    try (SharedMemory memory = SharedMemory.create(numFloats).orElseThrow()) {
      Floats.slice(memory.floats(), 0, TOUCHED_FLOATS).fill((byte) 1);
      long before = residentSharedBytes();
      SharedPages.giveBack(memory.floats(), 0, TOUCHED_FLOATS);
      long after = residentSharedBytes();
      assertThat(memory.floats().getAtIndex(JAVA_FLOAT, TOUCHED_FLOATS - 1))
          .isEqualTo(Float.intBitsToFloat(0x01010101));
      return before - after;
    }
  }

  private static long residentSharedBytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("RssShmem:"))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }
}
