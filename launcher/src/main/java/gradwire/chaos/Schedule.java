package gradwire.chaos;

import gradwire.cluster.TaskId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Who is hit when, drawn from a seed. The victims of kills are dealt like cards: everyone once, in
 * random order, before anyone is hit again. Before a kill, with a chance of one in three, somebody
 * is stopped or slowed for a while. Losses of the machine come anywhere in between.
 */
public final class Schedule {
  private static final int ONE_IN = 3;
  private static final int LONGEST_MILLIS = 3000;

  private final Random random;
  private final List<Victim> all;
  private final int longestPauseMillis;
  private final List<Victim> deck = new ArrayList<>();

  private Schedule(long seed, List<TaskId> tasks, Duration longestPause) {
    this.random = new Random(seed);
    this.all = new ArrayList<>(tasks.stream().map(Victim.Task::new).toList());
    all.add(new Victim.Launcher());
    this.longestPauseMillis = Math.toIntExact(longestPause.toMillis());
  }

  /**
   * A function of its arguments alone.
   *
   * @param kills how many kills it holds, from 0
   * @param machineLosses how many it holds on top, from 0; without them it is the same
   * @param longestPause bound on the time from one recovery to the next disturbance
   */
  public static List<Disturbance> of(
      long seed, int kills, int machineLosses, List<TaskId> tasks, Duration longestPause) {
    Schedule draw = new Schedule(seed, tasks, longestPause);
    List<Disturbance> schedule = new ArrayList<>();
    for (int kill = 0; kill < kills; kill++) {
      if (draw.random.nextInt(ONE_IN) == 0) {
        schedule.add(draw.delaying());
      }
      schedule.add(new Disturbance.Kill(draw.deal(), draw.delay()));
    }
    for (int loss = 0; loss < machineLosses; loss++) {
      schedule.add(
          draw.random.nextInt(schedule.size() + 1), new Disturbance.MachineLoss(draw.delay()));
    }
    return List.copyOf(schedule);
  }

  private Disturbance delaying() {
    Victim victim = all.get(random.nextInt(all.size()));
    Duration length = Duration.ofMillis(1 + random.nextInt(LONGEST_MILLIS));
    return random.nextBoolean()
        ? new Disturbance.Pause(victim, delay(), length)
        : new Disturbance.Slow(victim, delay(), length);
  }

  private Victim deal() {
    if (deck.isEmpty()) {
      deck.addAll(all);
      Collections.shuffle(deck, random);
    }
    return deck.removeLast();
  }

  private Duration delay() {
    return Duration.ofMillis(random.nextInt(longestPauseMillis + 1));
  }
}
