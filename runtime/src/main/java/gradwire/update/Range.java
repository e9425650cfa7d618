package gradwire.update;

/** Which numbers a hyperparameter may be. All of them hold after rounding to float32. */
public enum Range {
  POSITIVE("a number above 0 that float32 can hold"),
  NON_NEGATIVE("a number of at least 0"),
  /** What a moving average keeps of its past: 1 would never let go. */
  FRACTION("a number from 0 up to, but not including, 1"),
  UNIT("a number from 0 to 1"),
  STEPS("a whole number of steps, at least 1"),
  STEPS_OR_NONE("a whole number of steps, at least 0"),
  SWITCH("0 (off) or 1 (on)");

  /** Beyond it a double no longer counts one by one. */
  private static final double MAX_WHOLE = 0x1p53;

  private final String words;

  Range(String words) {
    this.words = words;
  }

  /** The range as an error message states it. */
  public String words() {
    return words;
  }

  /** Whether {@code value} lies inside; never for NaN and infinities. */
  public boolean contains(double value) {
    float rounded = (float) value;
    return switch (this) {
      case POSITIVE -> rounded >= Float.MIN_NORMAL && rounded <= Float.MAX_VALUE;
      case NON_NEGATIVE -> value >= 0 && rounded <= Float.MAX_VALUE;
      case FRACTION -> value >= 0 && rounded < 1;
      case UNIT -> value >= 0 && value <= 1;
      case STEPS -> value >= 1 && isWhole(value);
      case STEPS_OR_NONE -> value >= 0 && isWhole(value);
      case SWITCH -> value == 0 || value == 1;
    };
  }

  private static boolean isWhole(double value) {
    return value <= MAX_WHOLE && value == Math.rint(value);
  }
}
