package gradwire.transport;

import java.time.Duration;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Connections that heal in simulated time. */
public final class SimulatedTime {
  private final LongSupplier nanos;
  private final LongConsumer pause;

  /**
   * @param nanos monotonic
   * @param pause waits for so many nanoseconds
   */
  public SimulatedTime(LongSupplier nanos, LongConsumer pause) {
    this.nanos = nanos;
    this.pause = pause;
  }

  /** See {@link HealingConnection}. */
  public HealingConnection healing(
      String server, Supplier<ShardConnection> lines, LineNumbers numbers, Duration patience) {
    return new HealingConnection(
        server,
        lines,
        numbers,
        patience,
        new RetryPace.Time() {
          @Override
          public long nanos() {
            return nanos.getAsLong();
          }

          @Override
          public void pause(long length) {
            pause.accept(length);
          }
        });
  }
}
