package gradwire.server.shard;

/** Nobody is given up. */
final class Forever implements Absences {
  @Override
  public boolean mayEnd() {
    return true;
  }

  @Override
  public void whenTooLong(Runnable action) {}
}
