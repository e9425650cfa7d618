package gradwire.server.shard;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.cluster.ShardMap;
import gradwire.config.CheckpointPlan;
import gradwire.config.Consistency;
import gradwire.server.checkpoint.FileCheckpoints;
import gradwire.server.store.StateFiles;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.TensorSpec;
import gradwire.transport.OpenReply;
import gradwire.transport.OpenRequest;
import gradwire.transport.Outcome;
import gradwire.transport.Push;
import gradwire.transport.ShardSettings;
import gradwire.transport.TensorBuffer;
import gradwire.update.OptimizerSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * All servers of a run, called directly, with their state and checkpoints in files. One thread
 * plays all replicas, and pushes a piece at a time.
 */
final class Shards implements AutoCloseable {
  /** The gradient of a replica's push; element by element, so that no cut of the vector matters. */
  interface Gradient {
    float of(int replica, long sequence, int element);
  }

  /**
   * What is run.
   *
   * @param everySteps steps between checkpoints
   */
  record Job(
      int numFloats,
      int numReplicas,
      Consistency consistency,
      OptimizerSpec optimizer,
      long everySteps,
      Gradient gradient) {}

  private final Job job;
  private final int numShards;
  private final ShardMap map;
  private final List<ParameterShard> shards = new ArrayList<>();

  /** By replica: of its last push that was begun, and on how many servers it is. */
  private final long[] sequences;

  private final int[] pushedTo;
  private final List<List<Reply>> waiting = new ArrayList<>();
  private final long[][] steps;

  /**
   * @param folder for {@code state} and {@code checkpoints}
   * @param restored the checkpoint's folder to begin with, if any
   */
  Shards(Job job, int numShards, Path folder, String state, Optional<Path> restored) {
    this.job = job;
    this.numShards = numShards;
    FlatLayout layout =
        new FlatLayout(
            List.of(TensorSpec.weight("w", job.numFloats() - 3), TensorSpec.bias("b", 3)));
    this.map = ShardMap.of(layout, numShards);
    this.sequences = new long[job.numReplicas()];
    this.pushedTo = new int[job.numReplicas()];
    this.steps = new long[job.numReplicas()][numShards];
    for (int shard = 0; shard < numShards; shard++) {
      shards.add(
          new ParameterShard(
              new StateFiles(folder.resolve(state).resolve("ps-" + shard + ".shard"), 0),
              new FileCheckpoints(
                  Optional.of(folder.resolve("checkpoints")), Optional::empty, restored),
              new Forever()));
    }
    for (int replica = 0; replica < job.numReplicas(); replica++) {
      pushedTo[replica] = numShards;
      waiting.add(new ArrayList<>());
      open(replica);
    }
  }

  private void open(int replica) {
    for (int shard = 0; shard < numShards; shard++) {
      OpenReply reply = shards.get(shard).open(request(replica, shard)).join();
      if (!reply.initialized()) {
        float[] zeros = new float[(int) map.shards().get(shard).length()];
        shards.get(shard).initialize(0, 0, buffer(zeros));
      }
      steps[replica][shard] = reply.step();
      assertThat(reply.sequence()).isEqualTo(shard == 0 ? reply.sequence() : sequences[replica]);
      sequences[replica] = reply.sequence();
    }
  }

  private OpenRequest request(int replica, int shard) {
    ShardSettings settings =
        new ShardSettings(
            map.shards().get(shard),
            numShards,
            job.optimizer(),
            job.consistency(),
            Long.MAX_VALUE,
            new CheckpointPlan(job.everySteps(), 3));
    return new OpenRequest(
        replica,
        job.numReplicas(),
        0,
        ShardFixture.FINGERPRINT,
        replica == 0 ? Optional.of(settings) : Optional.empty(),
        Optional.empty());
  }

  private static TensorBuffer buffer(float[] values) {
    return TensorBuffer.borrowed(Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, values));
  }

  /**
   * A replica's push reaches one server more: of its next push the first, if it has been answered
   * by all.
   */
  void pushOn(int replica) {
    if (pushedTo[replica] == numShards) {
      awaitAnswers(replica);
      sequences[replica]++;
      pushedTo[replica] = 0;
    }
    int shard = pushedTo[replica]++;
    ShardMap.Shard mine = map.shards().get(shard);
    float[] gradient = new float[(int) mine.length()];
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = job.gradient().of(replica, sequences[replica], (int) mine.begin() + i);
    }
    Reply reply = new Reply(ShardFixture.LINE);
    waiting.get(replica).add(reply);
    shards
        .get(shard)
        .push(
            new Push(replica, 0, sequences[replica], steps[replica][shard]),
            buffer(gradient),
            reply);
  }

  private void awaitAnswers(int replica) {
    List<Reply> replies = waiting.get(replica);
    for (int shard = 0; shard < replies.size(); shard++) {
      assertThat(replies.get(shard).outcome()).isEqualTo(Outcome.APPLIED);
      steps[replica][shard] = replies.get(shard).step();
    }
    replies.clear();
  }

  /** The replica's push is on all servers, whether answered or not. */
  void finishPush(int replica) {
    while (pushedTo[replica] < numShards) {
      pushOn(replica);
    }
  }

  /** All replicas push {@code numPushes} times. */
  void pushAll(long numPushes) {
    for (long push = 0; push < numPushes; push++) {
      for (int replica = 0; replica < job.numReplicas(); replica++) {
        pushOn(replica);
        finishPush(replica);
      }
    }
  }

  /** Pushes that the replica has begun. */
  long sequence(int replica) {
    return sequences[replica];
  }

  long numApplied(int shard) {
    return shards.get(shard).statistics().orElseThrow().updatesApplied();
  }

  /** The flat vector. */
  float[] weights() {
    float[] weights = new float[job.numFloats()];
    for (ShardMap.Shard shard : map.shards()) {
      Reply reply = new Reply(ShardFixture.LINE);
      shards.get(shard.index()).pull(0, 0, OptionalLong.empty(), reply);
      MemorySegment.copy(
          MemorySegment.ofArray(reply.values()),
          ValueLayout.JAVA_FLOAT,
          0,
          weights,
          (int) shard.begin(),
          (int) shard.length());
    }
    return weights;
  }

  @Override
  public void close() {
    shards.forEach(ParameterShard::close);
  }
}
