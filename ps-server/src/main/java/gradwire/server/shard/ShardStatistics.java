package gradwire.server.shard;

/**
 * What one shard did, as it counted it.
 *
 * @param step steps applied
 * @param updatesApplied gradients that are in the weights
 * @param updatesDropped gradients that came too late
 * @param duplicatesRefused resent pushes that were not applied again
 * @param stalenessMean mean steps between the weights a gradient was computed at and its apply
 * @param stalenessP99 the same, 99th percentile
 * @param stalenessMax the same, greatest
 */
public record ShardStatistics(
    long step,
    long updatesApplied,
    long updatesDropped,
    long duplicatesRefused,
    double stalenessMean,
    long stalenessP99,
    long stalenessMax) {
  static ShardStatistics of(ShardRun run) {
    return new ShardStatistics(
        run.step(),
        run.members().totalApplied(),
        run.members().totalDropped(),
        run.members().duplicatesRefused(),
        run.staleness().mean(),
        run.staleness().p99(),
        run.staleness().max());
  }
}
