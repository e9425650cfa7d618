package gradwire.bench.transport;

/** What a trial measures. */
public enum Subject {
  /** The transport. */
  ROW,
  /** What the machine does with the same bytes. */
  LIMIT
}
