package gradwire.server;

import gradwire.error.GradwireException;
import gradwire.run.Outcome;
import gradwire.run.TaskReport;
import gradwire.run.TaskResult;
import gradwire.server.checkpoint.Checkpoints;
import gradwire.server.shard.Absences;
import gradwire.server.shard.ParameterShard;
import gradwire.server.shard.ShardStatistics;
import gradwire.server.store.ShardStores;
import gradwire.transport.ShardService;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One parameter server, whatever carries its calls. Thread-safe. */
public final class ParameterServer implements AutoCloseable {
  private final String name;
  private final ParameterShard shard;

  /**
   * One that ends with its process, and whose workers are lost when their lines end.
   *
   * @param name for messages, e.g. {@code ps-0}
   * @param checkpoints where to save; empty: nowhere
   * @throws gradwire.error.UsageException if nothing can be written there
   */
  public ParameterServer(String name, Optional<Path> checkpoints) {
    this(name, Checkpoints.in(checkpoints), ShardStores.inMemory(), Absences.NONE);
  }

  /**
   * @param name for messages, e.g. {@code ps-0}
   * @param checkpoints where to save, and what to begin with
   * @param stores where the shard is kept between two processes of this server
   * @param absences how long a worker whose line broke is waited for
   * @throws gradwire.error.UsageException if checkpoints cannot be written
   * @throws GradwireException if what an earlier process left cannot be gone on with
   */
  public ParameterServer(
      String name, Checkpoints checkpoints, ShardStores stores, Absences absences) {
    checkpoints.requireWritable();
    this.name = name;
    this.shard = new ParameterShard(stores, checkpoints, absences);
  }

  /** What a transport serves. */
  public ShardService service() {
    return shard;
  }

  /**
   * Waits until every worker has left.
   *
   * @param joinWithin how long to wait for the chief to bring the settings
   * @return {@link #result()}
   * @throws GradwireException if nobody came, or a worker was lost
   */
  public TaskResult awaitEnd(Duration joinWithin) throws InterruptedException {
    awaitLeft(joinWithin);
    return result();
  }

  /** As {@link #awaitEnd}, for a server that serves on: a worker may come back. */
  public void awaitLeft(Duration joinWithin) throws InterruptedException {
    try {
      awaitChief(joinWithin);
      shard.done().get();
    } catch (ExecutionException | CompletionException e) {
      throw e.getCause() instanceof GradwireException failure
          ? failure
          : new GradwireException(name + ": " + e.getCause(), e);
    }
  }

  /** What this server has done so far. */
  public TaskResult result() {
    return new TaskResult(Outcome.SUCCEEDED, counters(), new TreeMap<>());
  }

  /** Ends the run here: whoever waits or calls from now on is refused with {@code why}. */
  public void abort(String why) {
    shard.abort(new GradwireException(why));
  }

  private void awaitChief(Duration joinWithin) throws InterruptedException, ExecutionException {
    try {
      shard.done().get(joinWithin.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      if (shard.statistics().isEmpty()) {
        throw new GradwireException(
            name
                + ": waited "
                + joinWithin.toSeconds()
                + " s for worker-0 to bring the job; was it started with this server in its"
                + " ps_hosts?",
            e);
      }
    }
  }

  private SortedMap<String, Double> counters() {
    SortedMap<String, Double> counters = new TreeMap<>();
    shard.statistics().ifPresent(statistics -> put(statistics, counters));
    return counters;
  }

  private static void put(ShardStatistics statistics, SortedMap<String, Double> counters) {
    counters.put(TaskReport.UPDATES_APPLIED, (double) statistics.updatesApplied());
    counters.put(TaskReport.UPDATES_DROPPED, (double) statistics.updatesDropped());
    counters.put(TaskReport.DUPLICATES_REFUSED, (double) statistics.duplicatesRefused());
    counters.put(TaskReport.STALENESS_MEAN, statistics.stalenessMean());
    counters.put(TaskReport.STALENESS_P99, (double) statistics.stalenessP99());
    counters.put(TaskReport.STALENESS_MAX, (double) statistics.stalenessMax());
  }

  /** Frees the shard's memory; the transport must be closed before. */
  @Override
  public void close() {
    shard.close();
  }
}
