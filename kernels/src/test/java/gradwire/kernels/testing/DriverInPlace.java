package gradwire.kernels.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import gradwire.kernels.cuda.CudaSupport;
import java.util.Optional;

/**
 * The double in the place of the system's driver, for code that looks for one by itself; or the
 * real one, where that is under test. One at a time.
 */
public final class DriverInPlace implements AutoCloseable {
  private final Optional<DriverDouble> installed;

  private DriverInPlace(Optional<DriverDouble> installed) {
    this.installed = installed;
  }

  /** Puts it there; the test is skipped where it can't be built. */
  public static DriverInPlace put() {
    if (Gpu.isReal()) {
      return new DriverInPlace(Optional.empty());
    }
    assumeTrue(DriverDouble.find().isPresent(), "no g++: the double of the driver can't be built");
    DriverDouble fresh = DriverDouble.find().orElseThrow();
    fresh.reset();
    System.setProperty(CudaSupport.LIBRARY_PROPERTY, fresh.library());
    return new DriverInPlace(Optional.of(fresh));
  }

  /** Takes it away; nothing may be left open, and nothing written where it doesn't belong. */
  @Override
  public void close() {
    if (installed.isPresent()) {
      System.clearProperty(CudaSupport.LIBRARY_PROPERTY);
      assertThat(installed.get().numOpen()).as("left open").isZero();
      assertThat(installed.get().numDamaged()).as("written beside memory").isZero();
    }
  }
}
