package gradwire.server.sync;

import gradwire.error.GradwireException;
import gradwire.transport.Outcome;
import gradwire.transport.Push;
import gradwire.transport.Replier;
import gradwire.transport.TensorBuffer;
import java.lang.foreign.MemorySegment;
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

  /** Applied; their workers are too far ahead to hear so. */
  private final List<Pending> waiting = new ArrayList<>();

  /** Not applied yet: of workers that were started again while they were too far ahead. */
  private final List<Pending> early = new ArrayList<>();

  BoundedStaleness(int maxLagSteps, Workers workers, ShardAccess shard) {
    this.maxLagSteps = maxLagSteps;
    this.shard = shard;
    this.clocks = new long[workers.size()];
    Arrays.setAll(clocks, worker -> workers.hasLeft(worker) ? LEFT : workers.applied(worker));
  }

  @Override
  public void push(Pending pending) {
    if (mayGoOn(pending.push().worker(), slowest())) {
      take(pending);
    } else {
      early.add(pending);
    }
  }

  private void take(Pending pending) {
    shard.apply(List.of(pending));
    clocks[pending.push().worker()]++;
    waiting.add(pending);
    answerWhoMayGoOn();
  }

  @Override
  public boolean resent(Push push, Replier replier) {
    return isIn(early, push, replier) || isIn(waiting, push, replier) || waitsAgain(push, replier);
  }

  private static boolean isIn(List<Pending> list, Push push, Replier replier) {
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i).push().equals(push)) {
        list.set(i, list.get(i).withReplier(replier));
        return true;
      }
    }
    return false;
  }

  /** Its answer was due when its line broke, or this server ended. */
  private boolean waitsAgain(Push push, Replier replier) {
    boolean waits = !mayGoOn(push.worker(), slowest());
    if (waits) {
      waiting.add(new Pending(push, TensorBuffer.borrowed(MemorySegment.NULL), replier));
    }
    return waits;
  }

  @Override
  public void lastStepMoved() {
    answerWhoMayGoOn();
  }

  @Override
  public void away(int worker, GradwireException why) {
    giveUp(early, worker, why);
    giveUp(waiting, worker, why);
  }

  private static void giveUp(List<Pending> list, int worker, GradwireException why) {
    list.stream().filter(pending -> pending.isOf(worker)).forEach(p -> p.fail(why));
    list.removeIf(pending -> pending.isOf(worker));
  }

  @Override
  public boolean awaitsReturn() {
    return true;
  }

  @Override
  public boolean keepsWeightsUntilPush() {
    return false;
  }

  @Override
  public void left(int worker) {
    clocks[worker] = LEFT;
    answerWhoMayGoOn();
  }

  @Override
  public boolean lost(int worker, GradwireException why) {
    away(worker, why);
    return shard.step() >= shard.lastStep();
  }

  @Override
  public void abort(GradwireException failure) {
    early.forEach(pending -> pending.fail(failure));
    early.clear();
    waiting.forEach(pending -> pending.fail(failure));
    waiting.clear();
  }

  private void answerWhoMayGoOn() {
    long slowest = slowest();
    List<Pending> ready =
        waiting.stream().filter(pending -> mayGoOn(pending.push().worker(), slowest)).toList();
    waiting.removeAll(ready);
    ready.forEach(pending -> pending.answer(Outcome.APPLIED, shard));
    takeWhoMayGoOn();
  }

  private void takeWhoMayGoOn() {
    for (int i = 0; i < early.size(); i++) {
      if (mayGoOn(early.get(i).push().worker(), slowest())) {
        take(early.remove(i)); // which ends here again, for the others
        return;
      }
    }
  }

  private long slowest() {
    return Arrays.stream(clocks).min().orElse(LEFT);
  }

  private boolean mayGoOn(int worker, long slowest) {
    return slowest == LEFT
        || clocks[worker] - slowest <= maxLagSteps
        || shard.step() >= shard.lastStep();
  }
}
