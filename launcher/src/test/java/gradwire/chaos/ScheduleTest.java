package gradwire.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.cluster.TaskId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ScheduleTest {
  private static final List<TaskId> TASKS =
      List.of(TaskId.ps(0), TaskId.worker(0), TaskId.worker(1));
  private static final Duration PAUSE = Duration.ofMillis(250);

  private static List<Disturbance> of(long seed, int kills) {
    return Schedule.of(seed, kills, 0, TASKS, PAUSE);
  }

  private static List<Victim> killed(List<Disturbance> schedule) {
    return schedule.stream()
        .filter(next -> next instanceof Disturbance.Kill)
        .map(Disturbance::victim)
        .toList();
  }

  @Test
  void theSameSeedGivesTheSameBlowsAndAnotherOthers() {
    assertThat(of(7, 20)).isEqualTo(of(7, 20)).isNotEqualTo(of(8, 20));
  }

  @Test
  void moreKillsBeginLikeFewer() {
    List<Disturbance> few = of(7, 5);
    assertThat(of(7, 20)).startsWith(few.toArray(Disturbance[]::new));
  }

  @Test
  void everyoneIsKilledOnceBeforeAnyoneIsKilledAgain() {
    for (long seed = 0; seed < 50; seed++) {
      List<Victim> killed = killed(of(seed, 8));
      assertThat(killed).as("seed %d", seed).hasSize(8);
      assertThat(killed.subList(0, 4)).as("seed %d", seed).doesNotHaveDuplicates();
      assertThat(killed.subList(4, 8)).containsExactlyInAnyOrderElementsOf(killed.subList(0, 4));
    }
  }

  @Test
  void waitsAndStopsKeepTheirBounds() {
    List<Disturbance> schedule = of(3, 500);
    assertThat(schedule).allMatch(next -> next.after().compareTo(PAUSE) <= 0);
    assertThat(lengths(schedule, Disturbance.Pause.class)).hasSizeBetween(50, 125);
    assertThat(lengths(schedule, Disturbance.Slow.class)).hasSizeBetween(50, 125);
  }

  private static List<Duration> lengths(List<Disturbance> schedule, Class<?> kind) {
    List<Duration> lengths =
        schedule.stream().filter(kind::isInstance).map(ScheduleTest::length).toList();
    assertThat(lengths)
        .allSatisfy(
            length -> assertThat(length).isBetween(Duration.ofMillis(1), Duration.ofSeconds(3)));
    return lengths;
  }

  private static Duration length(Disturbance disturbance) {
    return switch (disturbance) {
      case Disturbance.Kill _, Disturbance.MachineLoss _ -> Duration.ZERO;
      case Disturbance.Pause pause -> pause.length();
      case Disturbance.Slow slow -> slow.length();
    };
  }

  @Test
  void lossesOfTheMachineComeOnTopAndAnywhere() {
    List<Integer> places = new ArrayList<>();
    for (long seed = 0; seed < 50; seed++) {
      List<Disturbance> schedule = new ArrayList<>(Schedule.of(seed, 5, 1, TASKS, PAUSE));
      assertThat(schedule).isEqualTo(Schedule.of(seed, 5, 1, TASKS, PAUSE));
      schedule.stream()
          .filter(next -> next instanceof Disturbance.MachineLoss)
          .forEach(loss -> places.add(schedule.indexOf(loss)));
      schedule.removeIf(next -> next instanceof Disturbance.MachineLoss);
      assertThat(schedule).as("seed %d", seed).isEqualTo(of(seed, 5));
    }
    assertThat(places).hasSize(50).contains(0, 1, 2, 3, 4, 5);
  }

  @Test
  void noKillsIsAnEmptySchedule() {
    assertThat(of(1, 0)).isEmpty();
  }
}
