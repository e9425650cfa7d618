package gradwire.transport.grpc;

import gradwire.cluster.ShardMap.Shard;
import gradwire.config.CheckpointPlan;
import gradwire.config.Consistency;
import gradwire.error.Expect;
import gradwire.error.GradwireException;
import gradwire.transport.OpenRequest;
import gradwire.transport.ShardSettings;
import gradwire.transport.grpc.proto.Asynchronous;
import gradwire.transport.grpc.proto.BoundedStaleness;
import gradwire.transport.grpc.proto.Chunk;
import gradwire.transport.grpc.proto.Optimizer;
import gradwire.transport.grpc.proto.Synchronous;
import gradwire.transport.grpc.proto.TensorKind;
import gradwire.update.OptimizerSpec;
import gradwire.update.ScheduleSpec;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Our values to and from the wire's messages. */
final class Messages {
  /** The protocol that this version speaks. */
  static final int PROTOCOL = 4;

  private Messages() {}

  static gradwire.transport.grpc.proto.OpenRequest toProto(OpenRequest request) {
    var message =
        gradwire.transport.grpc.proto.OpenRequest.newBuilder()
            .setProtocol(PROTOCOL)
            .setWorker(request.worker())
            .setNumWorkers(request.numWorkers())
            .setIncarnation(request.incarnation())
            .setLine(request.line())
            .setLayoutFingerprint(request.layoutFingerprint());
    request.settings().ifPresent(settings -> message.setSettings(toProto(settings)));
    return message.build();
  }

  static OpenRequest fromProto(gradwire.transport.grpc.proto.OpenRequest message) {
    if (message.getProtocol() != PROTOCOL) {
      throw new GradwireException(
          "worker-"
              + message.getWorker()
              + ": expected protocol "
              + PROTOCOL
              + ", got "
              + message.getProtocol()
              + "; run the same version of Gradwire on all hosts");
    }
    if (message.getNumWorkers() < 1 || message.getNumWorkers() > 100_000) {
      throw new GradwireException(
          "num_workers: expected 1 to 100000, got " + message.getNumWorkers());
    }
    Expect.that(
        message.getLine() >= 0,
        "line",
        "0 to 2147483647",
        Integer.toUnsignedString(message.getLine()),
        "count the worker's lines from 0");
    return new OpenRequest(
        message.getWorker(),
        message.getNumWorkers(),
        message.getIncarnation(),
        message.getLine(),
        message.getLayoutFingerprint(),
        message.hasSettings() ? Optional.of(fromProto(message.getSettings())) : Optional.empty(),
        Optional.empty());
  }

  private static gradwire.transport.grpc.proto.ShardSettings toProto(ShardSettings settings) {
    var message =
        gradwire.transport.grpc.proto.ShardSettings.newBuilder()
            .setShard(settings.shard().index())
            .setBegin(settings.shard().begin())
            .setNumShards(settings.numShards())
            .setOptimizer(
                Optimizer.newBuilder()
                    .setName(settings.optimizer().name())
                    .putAllHyperparameters(settings.optimizer().hyperparameters())
                    .setSchedule(settings.optimizer().schedule().name())
                    .putAllScheduleHyperparameters(
                        settings.optimizer().schedule().hyperparameters()))
            .setConsistency(toProto(settings.consistency()))
            .setLastStep(settings.lastStep())
            .setCheckpointEverySteps(settings.checkpoint().everySteps())
            .setCheckpointKeep(settings.checkpoint().keep());
    for (var chunk : settings.shard().chunks()) {
      message.addChunks(
          Chunk.newBuilder()
              .setTensor(chunk.tensor())
              .setOffset(chunk.offset())
              .setLength(chunk.length())
              .setKind(TensorKind.forNumber(chunk.kind().ordinal())));
    }
    return message.build();
  }

  private static ShardSettings fromProto(gradwire.transport.grpc.proto.ShardSettings message) {
    List<gradwire.cluster.ShardMap.Chunk> chunks =
        message.getChunksList().stream().map(Messages::fromProto).toList();
    long length = length(chunks);
    Expect.that(
        message.getLastStep() >= 0,
        "last_step",
        "a step number",
        Long.toUnsignedString(message.getLastStep()),
        "give fewer train_steps");
    Expect.that(
        message.getShard() >= 0 && message.getShard() < message.getNumShards(),
        "shard",
        "an index below num_shards",
        Integer.toUnsignedString(message.getShard())
            + " of "
            + Integer.toUnsignedString(message.getNumShards()),
        "correct the caller");
    Expect.that(
        message.getBegin() >= 0 && message.getBegin() <= Long.MAX_VALUE - length,
        "begin",
        "a place in the flat vector",
        Long.toUnsignedString(message.getBegin()),
        "correct the caller");
    return new ShardSettings(
        new Shard(message.getShard(), message.getBegin(), length, chunks),
        message.getNumShards(),
        new OptimizerSpec(
            message.getOptimizer().getName(),
            message.getOptimizer().getHyperparametersMap(),
            new ScheduleSpec(
                message.getOptimizer().getSchedule(),
                message.getOptimizer().getScheduleHyperparametersMap())),
        fromProto(message.getConsistency()),
        message.getLastStep(),
        new CheckpointPlan(message.getCheckpointEverySteps(), message.getCheckpointKeep()));
  }

  private static long length(List<gradwire.cluster.ShardMap.Chunk> chunks) {
    try {
      long length = 0;
      for (var chunk : chunks) {
        length = Math.addExact(length, chunk.length());
      }
      return Math.multiplyExact(length, Float.BYTES) / Float.BYTES;
    } catch (ArithmeticException e) {
      throw new GradwireException(
          "chunks: expected a length that memory can hold, got 2^61 floats or more", e);
    }
  }

  private static gradwire.cluster.ShardMap.Chunk fromProto(Chunk chunk) {
    gradwire.tensor.TensorKind[] kinds = gradwire.tensor.TensorKind.values();
    int kind = chunk.getKindValue();
    if (kind < 0 || kind >= kinds.length || chunk.getLength() < 1 || chunk.getOffset() < 0) {
      throw new GradwireException(
          "chunk of " + chunk.getTensor() + ": expected a known kind and a length of at least 1");
    }
    return new gradwire.cluster.ShardMap.Chunk(
        chunk.getTensor(), chunk.getOffset(), chunk.getLength(), kinds[kind]);
  }

  private static gradwire.transport.grpc.proto.Consistency toProto(Consistency consistency) {
    var message = gradwire.transport.grpc.proto.Consistency.newBuilder();
    return switch (consistency) {
      case Consistency.Async() ->
          message.setAsynchronous(Asynchronous.getDefaultInstance()).build();
      case Consistency.Sync(OptionalInt replicas) ->
          message
              .setSynchronous(Synchronous.newBuilder().setReplicasToAggregate(replicas.orElse(0)))
              .build();
      case Consistency.Ssp(int maxLagSteps) ->
          message
              .setBoundedStaleness(BoundedStaleness.newBuilder().setMaxLagSteps(maxLagSteps))
              .build();
    };
  }

  private static Consistency fromProto(gradwire.transport.grpc.proto.Consistency message) {
    return switch (message.getModeCase()) {
      case ASYNCHRONOUS -> new Consistency.Async();
      case SYNCHRONOUS -> {
        int replicas = message.getSynchronous().getReplicasToAggregate();
        yield new Consistency.Sync(replicas == 0 ? OptionalInt.empty() : OptionalInt.of(replicas));
      }
      case BOUNDED_STALENESS -> new Consistency.Ssp(message.getBoundedStaleness().getMaxLagSteps());
      case MODE_NOT_SET -> throw new GradwireException("consistency: expected a mode, got none");
    };
  }
}
