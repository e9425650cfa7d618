package gradwire.trace;

/**
 * A row of the picture: one thread's work, or one connection's. Spans of a lane must nest, so a
 * lane belongs to one thread at a time; different lanes may be used at once.
 *
 * <p>A span is recorded when it ends; a few dozen nanoseconds, no allocation:
 *
 * <pre>{@code
 * long begun = lane.begin();
 * ...
 * lane.end(Span.APPLY, begun, step);
 * }</pre>
 *
 * An arrow starts, passes and ends within whatever span is open at that moment.
 */
public sealed interface Lane permits Recorder.RecordedLane, NoLane {
  /** Records nothing. */
  Lane OFF = new NoLane();

  /** Whether anything is recorded: to leave out what only a trace needs. */
  boolean isOn();

  /** The present, in nanoseconds of {@link System#nanoTime}; 0 where nothing is recorded. */
  long begin();

  /**
   * Records a span from {@code begunNanos} to now.
   *
   * @param detail see {@link Span#detail}
   */
  void end(Span span, long begunNanos, long detail);

  /** An arrow leaves from here; see {@link Flows}. */
  void flowOut(long id);

  /** An arrow touches here on its way. */
  void flowThrough(long id);

  /** An arrow ends here. */
  void flowIn(long id);
}
