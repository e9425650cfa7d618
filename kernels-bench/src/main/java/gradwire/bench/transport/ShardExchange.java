package gradwire.bench.transport;

import gradwire.cluster.ShardMap;
import gradwire.config.CheckpointPlan;
import gradwire.config.Consistency;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.TensorSpec;
import gradwire.transport.OpenRequest;
import gradwire.transport.Push;
import gradwire.transport.ShardConnection;
import gradwire.transport.ShardSettings;
import gradwire.update.OptimizerSpec;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a row measures: push and pull as a worker does them. */
final class ShardExchange implements Exchange {
  private static final long NEVER = 1L << 40;
  private static final float LEARNING_RATE = 1e-3f;

  private final ExchangeVectors vectors;
  private final TransportCase row;
  private final int worker;
  private final MemorySegment gradient;
  private final MemorySegment weights;
  private final Wiring.Line line;
  private final ShardConnection connection;
  private long sequence;

  /** Connects, joins, and does the first operation, whose floats are checked at both ends. */
  ShardExchange(TransportCase row, int worker, String address, MemorySegment gradient) {
    this.row = row;
    this.worker = worker;
    this.vectors = new ExchangeVectors(row, gradient);
    this.gradient = vectors.gradient();
    this.weights = vectors.weights();
    this.line = Wiring.connect(row.carrier(), address);
    this.connection = line.connection();
    join();
    run();
    check();
  }

  private void join() {
    boolean isChief = worker == 0;
    var reply =
        connection.open(
            new OpenRequest(
                worker,
                row.workers(),
                0,
                1,
                isChief ? Optional.of(settings()) : Optional.empty(),
                vectors.shared()));
    if (!reply.initialized() && isChief) {
      connection.initialize(gradient);
    }
  }

  private ShardSettings settings() {
    FlatLayout layout = new FlatLayout(List.of(TensorSpec.weight("w", row.size().numFloats())));
    return new ShardSettings(
        ShardMap.of(layout, 1).shards().getFirst(),
        1,
        OptimizerSpec.of("adam", Map.of("learning_rate", (double) LEARNING_RATE)),
        new Consistency.Async(),
        NEVER,
        CheckpointPlan.DEFAULT);
  }

  @Override
  public void run() {
    if (row.direction().goesUp()) {
      sequence++;
      connection.push(new Push(worker, 0, sequence, sequence - 1), gradient, weights);
    } else {
      connection.pull(weights);
    }
    connection.awaitWeights();
  }

  /** Adam's first step moves every weight by the learning rate; others may have moved it on. */
  private void check() {
    switch (row.direction()) {
      case PUSH -> {}
      case PULL, PUSH_PULL -> Numbers.check("worker-" + worker, weights, 0, 0);
      case STEP, KEPT_STEP ->
          Numbers.check(
              "worker-" + worker,
              weights,
              LEARNING_RATE * 0.99f,
              row.workers() == 1 ? LEARNING_RATE * 1.01f : Float.MAX_VALUE);
    }
  }

  @Override
  public void close() {
    connection.leave();
    line.close();
    vectors.close();
  }
}
