package gradwire.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whether the simulation would find what it is there to find. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class MutationsTest {
  private static final long MAX_SEEDS = 2_000;

  private record Found(long seed, String why) {}

  /** The first schedule that breaks the very promise that the bug should break. */
  private static Found search(PlantedBug bug) {
    for (long seed = 0; seed < MAX_SEEDS; seed++) {
      Optional<String> why = Simulation.failure(seed, bug);
      if (why.isPresent() && why.get().contains(bug.promise())) {
        return new Found(seed, why.get());
      }
    }
    return fail("%s: not found in %d schedules", bug, MAX_SEEDS);
  }

  @ParameterizedTest
  @EnumSource(PlantedBug.class)
  void aPlantedBugIsFoundAndItsSeedReproducesIt(PlantedBug bug) {
    Found found = search(bug);
    System.out.printf("planted %s: found by %s%n", bug, found.why());

    assertThat(Simulation.failure(found.seed(), bug)).contains(found.why());
    assertThat(Simulation.story(found.seed(), bug))
        .isEqualTo(Simulation.story(found.seed(), bug))
        .contains("seed " + found.seed() + ": Scenario[");
    assertThat(Simulation.failure(found.seed(), Rules.DOCUMENTED))
        .as("seed %d without the bug", found.seed())
        .isEmpty();
  }
}
