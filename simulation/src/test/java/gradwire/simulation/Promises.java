package gradwire.simulation;

import gradwire.config.Consistency;
import gradwire.server.checkpoint.Manifest;
import gradwire.server.store.ShardTable;
import gradwire.server.store.TwoVersions;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What must be true of a server's state after each event, whatever happened. */
final class Promises {
  private final String server;
  private final Scenario scenario;
  private final long[] acknowledged;
  private long told;

  /** What was restored, until the server has it. */
  private @Nullable Manifest restored;

  Promises(String server, Scenario scenario) {
    this.server = server;
    this.scenario = scenario;
    this.acknowledged = new long[scenario.numReplicas()];
  }

  /** An answer says that so many steps are applied. */
  void told(long step) {
    told = Math.max(told, step);
  }

  /** An answer says that a push is applied. */
  void acknowledged(int replica, long sequence) {
    acknowledged[replica] = Math.max(acknowledged[replica], sequence);
  }

  /** The history that counts is one that has led to this. */
  void restored(Manifest from) {
    restored = from;
  }

  private void expectAllOf(Manifest from) {
    told(from.step());
    for (int replica = 0; replica < scenario.numReplicas(); replica++) {
      acknowledged(replica, from.replicas().get(replica).sequence());
    }
  }

  void check(TwoVersions state) {
    ShardTable table = state.current();
    if (restored != null && table.version() != ShardTable.NONE) {
      expectAllOf(restored);
      restored = null;
    }
    if (table.step() < told) {
      throw broken("step " + table.step() + ", but an answer said " + told);
    }
    for (int replica = 0; replica < scenario.numReplicas(); replica++) {
      long done = table.row(replica).sequence();
      if (done < acknowledged[replica]) {
        throw broken(
            "push %d of replica-%d was answered, the state has %d"
                .formatted(acknowledged[replica], replica, done));
      }
    }
    checkLag(table);
    if (table.version() != ShardTable.NONE && !scenario.dependent()) {
      checkWeights(table, weights(state));
    }
  }

  /** Each push is in the weights exactly if the table says so, and once. */
  private void checkWeights(ShardTable table, float[] weights) {
    for (int replica = 0; replica < scenario.numReplicas(); replica++) {
      long done = table.row(replica).sequence();
      for (int push = 1; push <= scenario.mostPushes(); push++) {
        float expected = push <= done ? -scenario.unit() : 0;
        float got = weights[scenario.weightOf(replica, push)];
        if (got != expected) {
          throw broken(
              "push %d of replica-%d: expected weight %s, got %s"
                  .formatted(push, replica, expected, got));
        }
      }
    }
  }

  /**
   * A replica's next push is sent only when its last one was answered. Who comes behind the last
   * step is answered at once.
   */
  private void checkLag(ShardTable table) {
    if (scenario.consistency() instanceof Consistency.Ssp(int maxLagSteps)
        && table.step() < table.lastStep()) {
      long slowest = applied(table).min().orElse(0);
      long fastest = applied(table).max().orElse(0);
      if (fastest - slowest > maxLagSteps + 1) {
        throw broken("lag %d, with at most %d".formatted(fastest - slowest, maxLagSteps));
      }
    }
  }

  private static java.util.stream.LongStream applied(ShardTable table) {
    return IntStream.range(0, table.numWorkers())
        .mapToObj(table::row)
        .mapToLong(ShardTable.Row::applied);
  }

  float[] finalWeights(TwoVersions state) {
    check(state);
    ShardTable table = state.current();
    if (scenario.inStep() && !applied(table).allMatch(each -> each == scenario.endsAfter())) {
      throw broken(
          "expected %d updates of each replica, got %s"
              .formatted(scenario.endsAfter(), applied(table).boxed().toList()));
    }
    long total = applied(table).sum();
    if (total < scenario.endsAfter()) {
      throw broken("expected %d updates at least, got %d".formatted(scenario.endsAfter(), total));
    }
    return weights(state);
  }

  private static float[] weights(TwoVersions state) {
    return state.vector(state.current().version(), 0).toArray(ValueLayout.JAVA_FLOAT);
  }

  private Violation broken(String what) {
    return new Violation(server + ": " + what);
  }
}
