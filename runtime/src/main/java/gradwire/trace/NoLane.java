package gradwire.trace;

/** Nothing. Immutable. */
final class NoLane implements Lane {
  @Override
  public boolean isOn() {
    return false;
  }

  @Override
  public long begin() {
    return 0;
  }

  @Override
  public void end(Span span, long begunNanos, long detail) {}

  @Override
  public void flowOut(long id) {}

  @Override
  public void flowThrough(long id) {}

  @Override
  public void flowIn(long id) {}
}
