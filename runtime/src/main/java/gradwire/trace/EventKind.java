package gradwire.trace;

/** Kinds of event as numbers: spans by ordinal, then an arrow's three points. */
final class EventKind {
  private static final Span[] SPANS = Span.values();
  static final int FLOW_OUT = SPANS.length;
  static final int FLOW_THROUGH = FLOW_OUT + 1;
  static final int FLOW_IN = FLOW_OUT + 2;

  private EventKind() {}

  static boolean isSpan(int kind) {
    return kind < FLOW_OUT;
  }

  static Span span(int kind) {
    return SPANS[kind];
  }

  /** The Chrome format's letter for an arrow's point. */
  static char flowPhase(int kind) {
    return kind == FLOW_OUT ? 's' : kind == FLOW_IN ? 'f' : 't';
  }
}
