package gradwire.chaos;

import java.time.Duration;

/** One blow of a schedule. Immutable. */
public sealed interface Disturbance {
  Victim victim();

  /** How long to wait since steps went on after the disturbance before. */
  Duration after();

  /** For the user, e.g. {@code kill -9 ps-0}. */
  String text();

  /** {@code kill -9}. */
  record Kill(Victim victim, Duration after) implements Disturbance {
    @Override
    public String text() {
      return "kill -9 " + victim.text();
    }
  }

  /** All processes are killed, and the state in the run folder is removed. */
  record MachineLoss(Duration after) implements Disturbance {
    @Override
    public Victim victim() {
      return new Victim.Machine();
    }

    @Override
    public String text() {
      return "lose the machine";
    }
  }

  /**
   * {@code SIGSTOP}, then {@code SIGCONT}.
   *
   * @param length time between the two
   */
  record Pause(Victim victim, Duration after, Duration length) implements Disturbance {
    @Override
    public String text() {
      return "stop " + victim.text() + " for " + length.toMillis() + " ms";
    }
  }

  /**
   * {@code SIGSTOP} and {@code SIGCONT} by turns: the process gets half of its time.
   *
   * @param length how long it goes on
   */
  record Slow(Victim victim, Duration after, Duration length) implements Disturbance {
    @Override
    public String text() {
      return "slow " + victim.text() + " for " + length.toMillis() + " ms";
    }
  }
}
