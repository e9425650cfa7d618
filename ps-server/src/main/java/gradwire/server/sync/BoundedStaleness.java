package gradwire.server.sync;

import gradwire.error.GradwireException;
import gradwire.transport.Outcome;
import gradwire.transport.Push;
import gradwire.transport.Replier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Stale synchronous parallel (Ho et al., "More effective distributed ML via a stale synchronous
 * parallel parameter server", 2013): gradients are applied as they arrive, but a worker that is
 * more than {@code maxLagSteps} pushes ahead of the slowest hears back only when that one has
 * caught up.
 */
final class BoundedStaleness implements UpdatePolicy {
  private static final long LEFT = Long.MAX_VALUE;

  private final int maxLagSteps;
  private final ShardAccess shard;

  /** Pushes taken from each worker. */
  private final long[] clocks;

  private final List<Pending> waiting = new ArrayList<>();

  BoundedStaleness(int maxLagSteps, int numWorkers, ShardAccess shard) {
    this.maxLagSteps = maxLagSteps;
    this.shard = shard;
    this.clocks = new long[numWorkers];
  }

  @Override
  public void push(Pending pending) {
    shard.apply(List.of(pending));
    clocks[pending.push().worker()]++;
    waiting.add(pending);
    answerWhoMayGoOn();
  }

  @Override
  public boolean resent(Push push, Replier replier) {
    for (int i = 0; i < waiting.size(); i++) {
      if (waiting.get(i).push().equals(push)) {
        waiting.set(i, waiting.get(i).withReplier(replier));
        return true;
      }
    }
    return false;
  }

  @Override
  public void lastStepMoved() {
    answerWhoMayGoOn();
  }

  @Override
  public void left(int worker) {
    clocks[worker] = LEFT;
    answerWhoMayGoOn();
  }

  @Override
  public boolean lost(int worker, GradwireException why) {
    waiting.stream().filter(pending -> pending.isOf(worker)).forEach(p -> p.fail(why));
    waiting.removeIf(pending -> pending.isOf(worker));
    return shard.step() >= shard.lastStep();
  }

  @Override
  public void abort(GradwireException failure) {
    waiting.forEach(pending -> pending.fail(failure));
    waiting.clear();
  }

  private void answerWhoMayGoOn() {
    long slowest = Arrays.stream(clocks).min().orElse(LEFT);
    List<Pending> ready =
        waiting.stream().filter(pending -> mayGoOn(pending.push().worker(), slowest)).toList();
    waiting.removeAll(ready);
    ready.forEach(pending -> pending.answer(Outcome.APPLIED, shard));
  }

  private boolean mayGoOn(int worker, long slowest) {
    return slowest == LEFT
        || clocks[worker] - slowest <= maxLagSteps
        || shard.step() >= shard.lastStep();
  }
}
