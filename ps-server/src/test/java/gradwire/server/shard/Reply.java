package gradwire.server.shard;

import gradwire.error.GradwireException;
import gradwire.transport.Outcome;
import gradwire.transport.Replier;
import gradwire.transport.Weights;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/** Keeps what a shard answered. */
final class Reply implements Replier {
  private final int line;
  private boolean accepted;
  private Optional<Weights> weights = Optional.empty();
  private float[] values = {};
  private Optional<GradwireException> failure = Optional.empty();
  private int numAnswers;
  private boolean lasting;

  /**
   * @param line the number of that which it came over
   */
  Reply(int line) {
    this.line = line;
  }

  @Override
  public int line() {
    return line;
  }

  @Override
  public void accepted() {
    accepted = true;
  }

  @Override
  public void weights(Weights reply, MemorySegment memory) {
    weights = Optional.of(reply);
    values = memory.toArray(ValueLayout.JAVA_FLOAT);
    numAnswers++;
  }

  @Override
  public void lastingWeights(Weights reply, MemorySegment memory) {
    lasting = true;
    weights(reply, memory);
  }

  @Override
  public void fail(GradwireException why) {
    failure = Optional.of(why);
    numAnswers++;
  }

  boolean isAccepted() {
    return accepted;
  }

  /** Whether the weights stay as they are until the next push. */
  boolean isLasting() {
    return lasting;
  }

  boolean isOpen() {
    return numAnswers == 0;
  }

  int numAnswers() {
    return numAnswers;
  }

  Outcome outcome() {
    return weights.orElseThrow().outcome();
  }

  long step() {
    return weights.orElseThrow().step();
  }

  float[] values() {
    return values;
  }

  String failure() {
    return String.valueOf(failure.orElseThrow().getMessage());
  }
}
