package gradwire.plan;

import gradwire.error.Expect;

/** Shapes that don't go together. */
final class Misfit {
  private Misfit() {}

  /**
   * @throws gradwire.error.UsageException unless {@code fits}
   */
  static void unless(boolean fits, String where, String expected, Object got) {
    Expect.that(fits, where, expected, got, "check the batch against the network's sizes");
  }
}
