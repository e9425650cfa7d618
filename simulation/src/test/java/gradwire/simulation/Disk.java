package gradwire.simulation;

import gradwire.error.GradwireException;
import gradwire.server.checkpoint.Cut;
import gradwire.server.checkpoint.Progress;
import gradwire.server.checkpoint.Restorable;
import gradwire.server.checkpoint.Shelf;
import gradwire.server.checkpoint.Snapshot;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What outlives the machine: the servers' parts of snapshots, the last cut that was announced, and
 * what was restored. Each part is checked as it is written. One thread.
 */
final class Disk {
  private final Scenario scenario;
  private final Events events;
  private final Runnable whole;
  private final Shelf shelf = new Shelf();
  private final List<Runnable> watchers = new ArrayList<>();
  private @Nullable Cut cut;
  private List<Restorable> restored = List.of();
  private int numRestored;

  /**
   * @param whole told whenever a snapshot has become whole
   */
  Disk(Scenario scenario, Events events, Runnable whole) {
    this.scenario = scenario;
    this.events = events;
    this.whole = whole;
  }

  /** A server has written its part. */
  void add(int server, Snapshot snapshot) {
    check(server, snapshot);
    try {
      boolean isWhole = shelf.add(scenario.settings(server), snapshot);
      events.note(name(server, snapshot) + " is written" + (isWhole ? ", and whole" : ""));
      if (isWhole) {
        whole.run();
      }
    } catch (GradwireException severalMoments) {
      if (scenario.inStep()) {
        throw new Violation(String.valueOf(severalMoments.getMessage()));
      }
      events.note("left out: " + severalMoments.getMessage());
    }
  }

  private static String name(int server, Snapshot snapshot) {
    return "snapshot of step " + snapshot.step() + " of ps-" + server;
  }

  /** The pushes that its table names are in its weights, each once, and no others. */
  private void check(int server, Snapshot snapshot) {
    String name = name(server, snapshot);
    long applied = snapshot.replicas().stream().mapToLong(Progress::applied).sum();
    long each = scenario.inStep() ? scenario.numReplicas() : 1;
    if (applied != snapshot.step() * each) {
      throw new Violation(name + ": its table has " + applied + " pushes");
    }
    if (scenario.dependent()) {
      return;
    }
    float[] weights = snapshot.vectors().getFirst().toArray(ValueLayout.JAVA_FLOAT);
    for (int replica = 0; replica < scenario.numReplicas(); replica++) {
      long done = snapshot.replicas().get(replica).sequence();
      for (int push = 1; push <= scenario.mostPushes(); push++) {
        float expected = push <= done ? -scenario.unit() : 0;
        float got = weights[scenario.weightOf(replica, push)];
        if (got != expected) {
          throw new Violation(
              "%s: push %d of replica-%d: expected in it as %s, got %s"
                  .formatted(name, push, replica, expected, got));
        }
      }
    }
  }

  /** Server 0's word has come here. */
  void announce(Cut announced) {
    cut = announced;
    watchers.forEach(events::soon);
  }

  @Nullable Cut cut() {
    return cut;
  }

  void watch(Runnable look) {
    watchers.add(look);
  }

  void unwatch(Runnable look) {
    watchers.remove(look);
  }

  /** From now on servers without a state begin with the newest whole snapshot. */
  Optional<Restorable> restoreNewest() {
    restored = shelf.newestTwo();
    numRestored += restored.isEmpty() ? 0 : 1;
    return restored.stream().findFirst();
  }

  /** What was restored, and the whole one before it. */
  List<Restorable> restored() {
    return restored;
  }

  /** How often there was something to restore. */
  int numRestored() {
    return numRestored;
  }
}
