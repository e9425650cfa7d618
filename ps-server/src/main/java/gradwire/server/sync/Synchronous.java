package gradwire.server.sync;

import static java.util.Objects.requireNonNull;

import gradwire.error.GradwireException;
import gradwire.transport.Outcome;
import gradwire.transport.Push;
import gradwire.transport.Replier;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A step is the mean of {@code replicasToAggregate} gradients computed at the same weights (Chen et
 * al., "Revisiting distributed synchronous SGD", 2016). Whoever comes after them is told that it
 * was late and gets the newer weights. With all replicas aggregated the weights depend on no
 * timing: the gradients are added by replica number, not by arrival.
 */
final class Synchronous implements UpdatePolicy {
  private final int replicasToAggregate;
  private final int numWorkers;
  private final boolean verdicts;
  private final ShardAccess shard;
  private int numLost;

  /**
   * Gradients by the step they were computed at. Steps beyond the present one occur on servers that
   * learn later than the first that a step's gradients are chosen.
   */
  private final SortedMap<Long, List<Pending>> gradients = new TreeMap<>();

  Synchronous(int replicasToAggregate, int numWorkers, boolean verdicts, ShardAccess shard) {
    this.replicasToAggregate = replicasToAggregate;
    this.numWorkers = numWorkers;
    this.verdicts = verdicts;
    this.shard = shard;
  }

  @Override
  public void push(Pending pending) {
    long step = pending.push().step();
    if (shard.step() >= shard.lastStep()) {
      pending.answer(Outcome.FINISHED, shard);
    } else if (step < shard.step() || isFull(step)) {
      shard.drop(pending);
      pending.answer(Outcome.LATE, shard);
    } else {
      giveUp(
          pending.push().worker(),
          new GradwireException(pending.push() + " takes the place of an earlier one"));
      gradients.computeIfAbsent(step, s -> new ArrayList<>()).add(pending);
      if (verdicts) {
        pending.replier().accepted();
      }
      applyWhatIsComplete();
    }
  }

  private boolean isFull(long step) {
    return gradients.getOrDefault(step, List.of()).size() >= replicasToAggregate;
  }

  private void applyWhatIsComplete() {
    while (shard.step() < shard.lastStep() && isFull(shard.step())) {
      List<Pending> replicas = requireNonNull(gradients.remove(shard.step()));
      replicas.sort(Comparator.comparingInt(pending -> pending.push().worker()));
      shard.apply(replicas);
      replicas.forEach(pending -> pending.answer(Outcome.APPLIED, shard));
    }
    if (shard.step() >= shard.lastStep()) {
      answerAll(Outcome.FINISHED);
    }
  }

  @Override
  public boolean resent(Push push, Replier replier) {
    for (List<Pending> replicas : gradients.values()) {
      for (int i = 0; i < replicas.size(); i++) {
        if (replicas.get(i).push().equals(push)) {
          replicas.set(i, replicas.get(i).withReplier(replier));
          if (verdicts) {
            replier.accepted();
          }
          return true;
        }
      }
    }
    return false;
  }

  @Override
  public void lastStepMoved() {
    applyWhatIsComplete();
  }

  @Override
  public void away(int worker, GradwireException why) {
    giveUp(worker, why);
  }

  /** A gradient that this server has chosen for a step cannot be taken back from the others. */
  @Override
  public boolean awaitsReturn() {
    return !verdicts;
  }

  /** A step needs every worker's gradient, which needs all of the weights before it. */
  @Override
  public boolean keepsWeightsUntilPush() {
    return replicasToAggregate == numWorkers;
  }

  @Override
  public void left(int worker) {}

  @Override
  public boolean lost(int worker, GradwireException why) {
    numLost++;
    giveUp(worker, why);
    return shard.step() >= shard.lastStep() || canDoWithoutLost();
  }

  /** With verdicts, other servers may wait for a gradient that this one has taken. */
  private boolean canDoWithoutLost() {
    return !verdicts && numWorkers - numLost >= replicasToAggregate;
  }

  private void giveUp(int worker, GradwireException why) {
    for (List<Pending> replicas : gradients.values()) {
      replicas.stream().filter(pending -> pending.isOf(worker)).forEach(p -> p.fail(why));
      replicas.removeIf(pending -> pending.isOf(worker));
    }
  }

  @Override
  public void abort(GradwireException failure) {
    all().forEach(pending -> pending.fail(failure));
    gradients.clear();
  }

  private void answerAll(Outcome outcome) {
    List<Pending> waiting = all();
    gradients.clear();
    waiting.forEach(pending -> pending.answer(outcome, shard));
  }

  private List<Pending> all() {
    return gradients.values().stream().flatMap(List::stream).toList();
  }
}
