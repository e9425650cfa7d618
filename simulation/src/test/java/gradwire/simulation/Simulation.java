package gradwire.simulation;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Schedules by seed. */
final class Simulation {
  private static final int LOG_LINES = 60;

  static {
    System.setProperty("org.slf4j.simpleLogger.log.gradwire", "off");
  }

  private Simulation() {}

  /**
   * Runs the seed's schedule, and in step its job undisturbed: the bits must be the same.
   *
   * @throws Violation if a promise was broken
   */
  static World.Ending run(long seed, Rules rules) {
    Random random = new Random(seed);
    Scenario scenario = Scenario.of(random);
    return run(scenario, new World(scenario, random, rules, false));
  }

  private static World.Ending run(Scenario scenario, World world) {
    World.Ending ending = world.run();
    if (scenario.dependent()) {
      World.Ending quiet =
          new World(scenario.undisturbed(), new Random(0), Rules.DOCUMENTED, false).run();
      if (!Arrays.deepEquals(quiet.weights(), ending.weights())) {
        throw new Violation("other bits than undisturbed");
      }
    }
    return ending;
  }

  /** What went wrong, if anything did. */
  static Optional<String> failure(long seed, Rules rules) {
    try {
      run(seed, rules);
      return Optional.empty();
    } catch (Violation broken) {
      return Optional.of("seed " + seed + ": " + broken.getMessage());
    }
  }

  /** The seed's job and the last of what happened in it. */
  static String story(long seed, Rules rules) {
    Random random = new Random(seed);
    Scenario scenario = Scenario.of(random);
    World world = new World(scenario, random, rules, true);
    String end;
    try {
      end = "ends well after " + run(scenario, world).numEvents() + " events";
    } catch (Violation broken) {
      end = String.valueOf(broken.getMessage());
    }
    List<String> log = world.log();
    List<String> last = log.subList(Math.max(0, log.size() - LOG_LINES), log.size());
    return "seed " + seed + ": " + scenario + "\n" + String.join("\n", last) + "\n" + end;
  }
}
