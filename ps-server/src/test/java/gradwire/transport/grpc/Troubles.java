package gradwire.transport.grpc;

import gradwire.transport.grpc.Disorder.Fate;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often what happens to messages, in chances of each fate; and how often it did. Thread-safe.
 */
final class Troubles {
  private final Map<Fate, Double> chances;
  private final Map<Fate, LongAdder> happened = new EnumMap<>(Fate.class);

  Troubles(Map<Fate, Double> chances) {
    this.chances = new EnumMap<>(chances);
    for (Fate fate : Fate.values()) {
      happened.put(fate, new LongAdder());
    }
  }

  /** A third of the messages has trouble. */
  static Troubles many() {
    return new Troubles(
        Map.of(
            Fate.TWICE, 0.06,
            Fate.AGAIN_LATER, 0.09,
            Fate.LATER, 0.1,
            Fate.CUT, 0.04,
            Fate.FLIPPED, 0.06));
  }

  static Troubles none() {
    return new Troubles(Map.of(Fate.PASSED, 1.0));
  }

  /** Not one message comes through. */
  static Troubles allDamaged() {
    return new Troubles(Map.of(Fate.CUT, 0.5, Fate.FLIPPED, 0.5));
  }

  Fate draw(SplittableRandom random) {
    double point = random.nextDouble();
    Fate drawn = Fate.PASSED;
    for (Fate fate : Fate.values()) {
      double chance = chances.getOrDefault(fate, 0.0);
      if (point >= 0 && point < chance) {
        drawn = fate;
      }
      point -= chance;
    }
    counter(drawn).increment();
    return drawn;
  }

  /** How many messages had this fate. */
  long count(Fate fate) {
    return counter(fate).sum();
  }

  private LongAdder counter(Fate fate) {
    return Objects.requireNonNull(happened.get(fate));
  }

  @Override
  public String toString() {
    return happened.toString();
  }
}
