package gradwire.trace;

/**
 * Records what one task does. Thread-safe. Closing leaves the task's file in the run folder; what
 * is recorded later is dropped.
 */
public sealed interface Tracer extends AutoCloseable permits Recorder, NoTracer {
  /** Records nothing and costs nothing. */
  Tracer OFF = new NoTracer();

  /**
   * A row of the picture; the same one for the same name.
   *
   * @param name e.g. {@code step}, {@code from worker-1}
   */
  Lane lane(String name);

  /** Writes the file; a failure is a warning in the log, never the task's own. */
  @Override
  void close();
}
