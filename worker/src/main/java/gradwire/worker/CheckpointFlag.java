package gradwire.worker;

import gradwire.config.CheckpointPlan;
import gradwire.error.Expect;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code --checkpoint_every_steps}: where flags alone say what the job is, the chief tells the
 * servers when to save.
 */
final class CheckpointFlag {
  private static final String NAME = "checkpoint_every_steps";

  private CheckpointFlag() {}

  /** What {@code flags} say, else the default. */
  static CheckpointPlan in(Map<String, String> flags) {
    String typed = flags.get(NAME);
    if (typed == null) {
      return CheckpointPlan.DEFAULT;
    }
    Expect.that(
        typed.matches("\\d{1,9}"), "--" + NAME, "a whole number of steps", typed, "try 200");
    return new CheckpointPlan(Long.parseLong(typed), CheckpointPlan.DEFAULT.keep());
  }

  /** The flags of the entry class. */
  static Map<String, String> without(Map<String, String> flags) {
    Map<String, String> others = new LinkedHashMap<>(flags);
    others.remove(NAME);
    return others;
  }
}
