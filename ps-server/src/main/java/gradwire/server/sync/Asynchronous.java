package gradwire.server.sync;

import gradwire.error.GradwireException;
import gradwire.transport.Outcome;
import gradwire.transport.Push;
import gradwire.transport.Replier;
import java.util.List;

/** Every gradient is applied when it arrives and answered at once; nobody waits for anybody. */
final class Asynchronous implements UpdatePolicy {
  private final ShardAccess shard;

  Asynchronous(ShardAccess shard) {
    this.shard = shard;
  }

  @Override
  public void push(Pending pending) {
    shard.apply(List.of(pending));
    pending.answer(Outcome.APPLIED, shard);
  }

  @Override
  public boolean resent(Push push, Replier replier) {
    return false;
  }

  @Override
  public void lastStepMoved() {}

  @Override
  public void away(int worker, GradwireException why) {}

  @Override
  public boolean awaitsReturn() {
    return true;
  }

  @Override
  public boolean keepsWeightsUntilPush() {
    return false;
  }

  @Override
  public void left(int worker) {}

  @Override
  public boolean lost(int worker, GradwireException why) {
    return true;
  }

  @Override
  public void abort(GradwireException failure) {}
}
