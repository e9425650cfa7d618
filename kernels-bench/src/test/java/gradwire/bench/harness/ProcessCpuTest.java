package gradwire.bench.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

final class ProcessCpuTest {
  @Test
  void theClockOfAProcessGoesOnWhileItWorksAndOnlyThen() {
    long self = ProcessHandle.current().pid();
    long before = ProcessCpu.nanos(self);
    long deadline = System.nanoTime() + 20_000_000;
    while (System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(ProcessCpu.nanos(self)).isGreaterThan(before).isPositive();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aProcessThatIsGoneHasTakenNothing() throws Exception {
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    assertThat(ProcessCpu.nanos(gone.pid())).isZero();
  }

  @Test
  void theMedianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
    assertThat(Samples.median(List.of(9.0, 1.0, 3.0, 100.0))).isEqualTo(6);
    assertThat(Samples.median(List.of(5.0, 1.0, 3.0))).isEqualTo(3);
    assertThat(Samples.median(List.of())).isNaN();
  }
}
