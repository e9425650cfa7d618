package gradwire.server.shard;

import gradwire.cluster.ShardMap;
import gradwire.config.CheckpointPlan;
import gradwire.config.Consistency;
import gradwire.server.checkpoint.Checkpoints;
import gradwire.server.store.ShardStores;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.TensorSpec;
import gradwire.transport.OpenRequest;
import gradwire.transport.Push;
import gradwire.transport.ShardSettings;
import gradwire.transport.TensorBuffer;
import gradwire.update.OptimizerSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** A shard whose workers have all joined, called directly; counts the buffers it was given. */
final class ShardFixture implements AutoCloseable {
  static final long FINGERPRINT = 7;
  static final Consistency SYNC = new Consistency.Sync(OptionalInt.empty());
  static final Consistency ASYNC = new Consistency.Async();

  private final ParameterShard shard;
  private final int numFloats;
  private final long[] sequences;
  private int buffersOut;

  private ShardFixture(ParameterShard shard, int numWorkers, int numFloats) {
    this.shard = shard;
    this.numFloats = numFloats;
    this.sequences = new long[numWorkers];
  }

  /** SGD with learning rate 1 on zeros. */
  static ShardFixture of(Consistency consistency, int numWorkers, int numFloats, long lastStep) {
    return of(settings(consistency, numFloats, 1, lastStep), numWorkers, numFloats);
  }

  static ShardFixture of(ShardSettings settings, int numWorkers, int numFloats) {
    ParameterShard shard =
        new ParameterShard(ShardStores.inMemory(), Checkpoints.NONE, Absences.NONE);
    ShardFixture fixture = new ShardFixture(shard, numWorkers, numFloats);
    shard.open(chief(numWorkers, settings)).join();
    shard.initialize(0, 0, fixture.buffer(new float[numFloats]));
    for (int worker = 1; worker < numWorkers; worker++) {
      shard.open(other(worker, numWorkers)).join();
    }
    return fixture;
  }

  static ShardSettings settings(
      Consistency consistency, int numFloats, int numShards, long lastStep) {
    FlatLayout layout =
        new FlatLayout(java.util.List.of(TensorSpec.weight("w", (long) numFloats * numShards)));
    return new ShardSettings(
        ShardMap.of(layout, numShards).shards().getFirst(),
        numShards,
        OptimizerSpec.of("sgd", Map.of("learning_rate", 1.0)),
        consistency,
        lastStep,
        CheckpointPlan.DEFAULT);
  }

  static OpenRequest chief(int numWorkers, ShardSettings settings) {
    return new OpenRequest(0, numWorkers, 0, FINGERPRINT, Optional.of(settings), Optional.empty());
  }

  static OpenRequest other(int worker, int numWorkers) {
    return new OpenRequest(worker, numWorkers, 0, FINGERPRINT, Optional.empty(), Optional.empty());
  }

  ParameterShard shard() {
    return shard;
  }

  ShardStatistics statistics() {
    return shard.statistics().orElseThrow();
  }

  /** The worker's next push, every element of the gradient being {@code gradient}. */
  Reply push(int worker, long step, double gradient) {
    float[] values = new float[numFloats];
    java.util.Arrays.fill(values, (float) gradient);
    return push(worker, step, values);
  }

  Reply push(int worker, long step, float[] gradient) {
    return push(new Push(worker, 0, ++sequences[worker], step), gradient);
  }

  /** The worker's only line. */
  static final int LINE = 0;

  /** Another line of the worker's only incarnation. */
  void open(int worker, int line) {
    shard.open(other(worker, sequences.length).over(line)).join();
  }

  Reply push(Push push, int line, float gradient) {
    Reply reply = new Reply(line);
    float[] values = new float[numFloats];
    java.util.Arrays.fill(values, gradient);
    shard.push(push, buffer(values), reply);
    return reply;
  }

  /** The worker's line breaks. */
  void cut(int worker) {
    shard.disconnected(worker, 0, LINE, "kill -9");
  }

  Reply push(Push push, float[] gradient) {
    Reply reply = new Reply(LINE);
    shard.push(push, buffer(gradient), reply);
    return reply;
  }

  /** What the worker's last push was, for sending it again. */
  Push last(int worker, long step) {
    return new Push(worker, 0, sequences[worker], step);
  }

  Reply pull(int worker) {
    Reply reply = new Reply(LINE);
    shard.pull(worker, 0, OptionalLong.empty(), reply);
    return reply;
  }

  /** Buffers handed over and not given back. */
  int buffersOut() {
    return buffersOut;
  }

  TensorBuffer buffer(float[] values) {
    buffersOut++;
    MemorySegment memory = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, values);
    return new TensorBuffer() {
      private boolean released;

      @Override
      public MemorySegment memory() {
        return memory;
      }

      @Override
      public void release() {
        if (released) {
          throw new IllegalStateException("released twice");
        }
        released = true;
        buffersOut--;
      }
    };
  }

  @Override
  public void close() {
    shard.close();
  }
}
