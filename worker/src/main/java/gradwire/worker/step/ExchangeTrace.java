package gradwire.worker.step;

import gradwire.trace.Flows;
import gradwire.trace.Lane;
import gradwire.trace.Span;

/**
 * Records a worker's pushes and waits, with an arrow for each push: it leaves with the first piece
 * and ends when the whole answer is here. One thread.
 */
final class ExchangeTrace {
  /** What a wait for all weights is for: the first layer. */
  private static final int FIRST_LAYER = 0;

  private final Lane lane;
  private final int worker;

  /** By server: the push whose answer is awaited; 0 if none is, as pushes count from 1. */
  private final long[] underWay;

  ExchangeTrace(Lane lane, int worker, int numServers) {
    this.lane = lane;
    this.worker = worker;
    this.underWay = new long[numServers];
  }

  /** All or a piece of push {@code sequence} is about to go. */
  long pushBegins(int server, long sequence) {
    long begun = lane.begin();
    if (underWay[server] != sequence) {
      underWay[server] = sequence;
      lane.flowOut(Flows.update(worker, server, sequence));
    }
    return begun;
  }

  void pushEnds(int server, long begun) {
    lane.end(Span.PUSH, begun, server);
  }

  long awaitBegins() {
    return lane.begin();
  }

  void awaitEnds(long begun) {
    lane.end(Span.AWAIT_WEIGHTS, begun, FIRST_LAYER);
  }

  /** All of the server's answer is here. */
  void answered(int server) {
    if (underWay[server] > 0) {
      lane.flowIn(Flows.update(worker, server, underWay[server]));
      underWay[server] = 0;
    }
  }
}
