package gradwire.plan;

/** What the random draws of the gradient that is being computed follow from. One thread. */
final class RandomKey {
  private long key;

  long get() {
    return key;
  }

  void set(long ofGradient) {
    key = ofGradient;
  }
}
