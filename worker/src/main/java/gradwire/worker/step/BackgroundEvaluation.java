package gradwire.worker.step;

import gradwire.config.StopAt;
import gradwire.config.Training;
import gradwire.error.GradwireException;
import gradwire.run.MetricsRecord;
import gradwire.trace.Lane;
import gradwire.trace.Span;
import gradwire.worker.program.Evaluation;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates copies of the weights on a thread of its own, so that training goes on meanwhile. The
 * chief's thread calls; at most one evaluation is under way.
 */
final class BackgroundEvaluation implements AutoCloseable {
  /** Where results go; called on the evaluation's thread. */
  interface Results {
    void evaluated(long step, SortedMap<String, Double> metrics);
  }

  /**
   * The first evaluation that reached the target.
   *
   * @param step of the weights
   * @param atEpochSeconds when it was known
   */
  record Reached(long step, double atEpochSeconds) {}

  private final Supplier<Evaluation> maker;
  private final Optional<StopAt> target;
  private final Duration timeout;
  private final InstantSource clock;
  private final Lane lane;
  private final Results results;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("evaluation").daemon(true).factory());
  private final EvaluatedWeights weights;
  private @Nullable Evaluation evaluation;
  private @Nullable Future<?> underWay;
  private volatile @Nullable Reached reached;

  /**
   * @param weights where the copies go; closed by {@link #close}
   * @param training says what the target is, and how long an evaluation may take
   * @param lane records evaluations
   */
  BackgroundEvaluation(
      Supplier<Evaluation> maker,
      EvaluatedWeights weights,
      Training training,
      InstantSource clock,
      Lane lane,
      Results results) {
    this.maker = maker;
    this.target = training.stopAt();
    this.timeout = Duration.ofSeconds(training.waitTimeoutSeconds());
    this.clock = clock;
    this.lane = lane;
    this.results = results;
    this.weights = weights;
  }

  /** Whether {@link #start} would be taken at once. */
  boolean isIdle() {
    return underWay == null || underWay.isDone();
  }

  /** The first evaluation that reached the target, if one has. */
  Optional<Reached> reached() {
    return Optional.ofNullable(reached);
  }

  /** Copies the parameters and evaluates them soon; waits for the evaluation before. */
  void start(long step, MemorySegment parameters) {
    await();
    weights.save(step, parameters);
    underWay = thread.submit(() -> evaluate(step));
  }

  /**
   * Evaluates what an earlier incarnation had copied and perhaps not evaluated to the end. A copy
   * that was lost with the machine is done without where nothing depends on it.
   */
  void startAgain(long step) {
    if (weights.step().isEmpty() && target.isEmpty()) {
      return;
    }
    if (weights.step().orElse(-1) != step) {
      throw new GradwireException(
          "evaluation: expected the weights of step "
              + step
              + " in the run's state, got "
              + (weights.step().isPresent() ? "step " + weights.step().getAsLong() : "none")
              + "; start the run again");
    }
    underWay = thread.submit(() -> evaluate(step));
  }

  /** Takes note of what earlier incarnations evaluated, oldest first. */
  void remember(List<MetricsRecord> evaluations) {
    for (MetricsRecord past : evaluations) {
      if (reached == null && target.isPresent() && isReachedBy(target.get(), past.numbers())) {
        reached = new Reached(past.step(), past.timeSeconds());
      }
    }
  }

  private void evaluate(long step) {
    long begun = lane.begin();
    if (evaluation == null) {
      evaluation = maker.get();
    }
    SortedMap<String, Double> metrics = evaluation.evaluate(weights.floats());
    lane.end(Span.EVALUATE, begun, step);
    if (reached == null && target.isPresent() && isReachedBy(target.get(), metrics)) {
      reached = new Reached(step, clock.millis() / 1e3);
    }
    results.evaluated(step, metrics);
  }

  private static boolean isReachedBy(StopAt target, SortedMap<String, Double> metrics) {
    Double value = metrics.get(MetricNames.camelCase(target.metric()));
    if (value == null) {
      throw new GradwireException(
          "training.stop_at.metric: expected one of "
              + metrics.keySet().stream().map(MetricNames::snakeCase).toList()
              + ", got "
              + target.metric()
              + "; correct the job file");
    }
    return target.reachedBy(value);
  }

  /** Waits until no evaluation is under way. */
  void await() {
    if (underWay == null) {
      return;
    }
    try {
      underWay.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new GradwireException(
          "evaluation: not done after " + timeout.toSeconds() + " s; evaluate less often", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof GradwireException failure
          ? failure
          : new GradwireException("evaluation failed: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GradwireException("evaluation: interrupted", e);
    }
  }

  @Override
  public void close() {
    thread.submit(
        () -> {
          if (evaluation != null) {
            evaluation.close();
          }
        });
    thread.shutdown();
    try {
      if (!thread.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
    weights.close();
  }
}
