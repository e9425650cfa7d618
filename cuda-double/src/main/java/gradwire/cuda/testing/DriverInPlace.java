package gradwire.cuda.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;

/**
 * The double in the place of the system's driver, for code that looks for one by itself; or the
 * real one, where that is under test. One at a time.
 */
public final class DriverInPlace implements AutoCloseable {
  /** The system property by which {@code gradwire.kernels.cuda.CudaSupport} finds a driver. */
  private static final String LIBRARY_PROPERTY = "gradwire.cuda.library";

  private final Optional<DriverDouble> installed;

  private DriverInPlace(Optional<DriverDouble> installed) {
    this.installed = installed;
  }

  /** Whether a real device is under test. */
  public static boolean isReal() {
    return System.getProperty(LIBRARY_PROPERTY) != null;
  }

  /** Puts it there; the test is skipped where it can't be built. */
  public static DriverInPlace put() {
    if (isReal()) {
      return new DriverInPlace(Optional.empty());
    }
    assumeTrue(DriverDouble.find().isPresent(), "no g++: the double of the driver can't be built");
    DriverDouble fresh = DriverDouble.find().orElseThrow();
    fresh.reset();
    System.setProperty(LIBRARY_PROPERTY, fresh.library());
    return new DriverInPlace(Optional.of(fresh));
  }

  /** Takes it away; nothing may be left open, and nothing written where it doesn't belong. */
  @Override
  public void close() {
    if (installed.isPresent()) {
      System.clearProperty(LIBRARY_PROPERTY);
      installed.get().assertClean();
    }
  }
}
