package gradwire.worker.step;

import gradwire.cluster.ShardMap;
import gradwire.cluster.ShardMap.Shard;
import gradwire.cluster.TaskId;
import gradwire.config.CheckpointPlan;
import gradwire.config.Consistency;
import gradwire.error.GradwireException;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.Floats;
import gradwire.tensor.SharedMemory;
import gradwire.trace.Lane;
import gradwire.transport.Farewell;
import gradwire.transport.OpenReply;
import gradwire.transport.OpenRequest;
import gradwire.transport.Push;
import gradwire.transport.ShardConnection;
import gradwire.transport.ShardSettings;
import gradwire.transport.SharedVectors;
import gradwire.transport.Weights;
import gradwire.update.OptimizerSpec;
import gradwire.worker.engine.ComputeEngine;
import gradwire.worker.engine.StepVectors;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * All parameter servers of a run as one, for one replica: splits the flat vectors over them and
 * joins their answers. Server 0 says which step it is and, with backup workers, which gradients a
 * step takes. One thread.
 */
final class ServerGroup implements AutoCloseable {
  /** What the chief tells the servers. */
  record Settings(
      OptimizerSpec optimizer, Consistency consistency, long lastStep, CheckpointPlan checkpoint) {}

  /**
   * The memory that a replica's gradients lie in and its answers go to.
   *
   * @param shared holds both, if it can be shared with a server on this host
   */
  record Vectors(Optional<SharedMemory> shared, MemorySegment gradient, MemorySegment weights) {
    static Vectors of(ComputeEngine engine) {
      return new Vectors(engine.sharedMemory(), engine.gradient(), engine.parameters());
    }

    static Vectors of(StepVectors own) {
      return new Vectors(own.shared(), own.gradient(), own.parameters());
    }
  }

  /**
   * Where a replica stands as it is taken over: not at the beginning, if it had an owner before.
   *
   * @param sequence the last push that every server is done with
   * @param begun the last push that some server is done with: it, or one more
   * @param applied how many of the pushes up to that one are in the weights
   * @param step of the server that is least far
   */
  record Joined(long sequence, long begun, long applied, long step) {
    static Joined least(Joined one, Joined other) {
      return new Joined(
          Math.min(one.sequence, other.sequence),
          Math.max(one.begun, other.begun),
          other.sequence < one.sequence ? other.applied : one.applied,
          Math.min(one.step, other.step));
    }
  }

  /** Of a server: where its messages take longer than a message costs. */
  private static final long PIECES_FROM_BYTES = 1 << 20;

  /** The same where messages carry no tensors, and only summing them can be hidden. */
  private static final long SHARED_PIECES_FROM_BYTES = 8 << 20;

  private final List<ShardConnection> servers;
  private final ShardMap shards;
  private final FlatLayout layout;
  private final int replica;
  private final int incarnation;
  private final boolean firstServerChooses;
  private final long[] sequences;

  /** Of the weights that the gradients are computed at. */
  private final HeldSteps held;

  private final Vectors vectors;
  private final boolean fillsEngine;
  private final ExchangeTrace trace;

  /**
   * @param servers in task order
   * @param held the steps of the weights in the engine
   * @param vectors what this replica's lines read and write
   * @param fillsEngine whether the answers to this replica are the engine's next weights
   * @param lane records pushes and waits
   */
  ServerGroup(
      List<ShardConnection> servers,
      FlatLayout layout,
      Consistency consistency,
      int replica,
      int incarnation,
      HeldSteps held,
      Vectors vectors,
      boolean fillsEngine,
      Lane lane) {
    this.servers = List.copyOf(servers);
    this.shards = ShardMap.of(layout, servers.size());
    this.layout = layout;
    this.replica = replica;
    this.incarnation = incarnation;
    this.firstServerChooses =
        servers.size() > 1
            && consistency instanceof Consistency.Sync(var replicas)
            && replicas.isPresent();
    this.sequences = new long[servers.size()];
    this.held = held;
    this.vectors = vectors;
    this.fillsEngine = fillsEngine;
    this.trace = new ExchangeTrace(lane, replica, servers.size());
  }

  /** Has {@code whileWaiting} called during every wait; see {@link ShardConnection#watch}. */
  void watch(Runnable whileWaiting) {
    servers.forEach(server -> server.watch(whileWaiting));
  }

  /** See {@link ShardConnection#lookAfter}. */
  void lookAfter() {
    servers.forEach(ShardConnection::lookAfter);
  }

  /**
   * Joins as the chief: brings settings, and values where a server has none.
   *
   * @param initial makes the first values; asked if a server needs them
   */
  Joined openAsChief(int numReplicas, Settings settings, Supplier<MemorySegment> initial) {
    List<OpenReply> replies = new ArrayList<>();
    for (Shard shard : shards.shards()) {
      ShardSettings mine =
          new ShardSettings(
              shard,
              servers.size(),
              settings.optimizer(),
              settings.consistency(),
              settings.lastStep(),
              settings.checkpoint());
      ShardConnection server = servers.get(shard.index());
      OpenReply reply = server.open(request(numReplicas, Optional.of(mine), shared(shard)));
      if (!reply.initialized()) {
        server.initialize(slice(initial.get(), shard));
      }
      replies.add(reply);
    }
    return joined(replies);
  }

  /** Joins and waits until the chief has brought values. */
  Joined open(int numReplicas) {
    List<OpenReply> replies = new ArrayList<>();
    for (Shard shard : shards.shards()) {
      OpenRequest request = request(numReplicas, Optional.empty(), shared(shard));
      replies.add(servers.get(shard.index()).open(request));
    }
    return joined(replies);
  }

  private void expectOneOrigin(List<OpenReply> replies) {
    if (replies.stream().map(OpenReply::origin).distinct().count() > 1) {
      throw new GradwireException(
          "replica-%d: expected all servers to begin with the same checkpoint, got %s; start them again with the same --restore"
              .formatted(
                  replica,
                  IntStream.range(0, replies.size())
                      .mapToObj(server -> origin(server, replies.get(server)))
                      .collect(Collectors.joining(", "))));
    }
  }

  private static String origin(int server, OpenReply reply) {
    return TaskId.ps(server).name()
        + ": "
        + (reply.origin().isEmpty() ? "the first step" : reply.origin());
  }

  /** The next push has the same number everywhere; a server that has it already says so. */
  private Joined joined(List<OpenReply> replies) {
    expectOneOrigin(replies);
    Joined joined =
        replies.stream()
            .map(
                reply ->
                    new Joined(reply.sequence(), reply.sequence(), reply.applied(), reply.step()))
            .reduce(Joined::least)
            .orElseThrow();
    if (firstServerChooses && replies.stream().anyMatch(reply -> reply.sequence() > 0)) {
      throw new GradwireException(
          "replica-"
              + replica
              + ": expected its first owner, got a later one that would go on after "
              + replies.getFirst().sequence()
              + " pushes, which replicas_to_aggregate on several servers can't; use one server or"
              + " aggregate all replicas");
    }
    Arrays.fill(sequences, joined.sequence());
    return joined;
  }

  private OpenRequest request(
      int numReplicas, Optional<ShardSettings> settings, Optional<SharedVectors> shared) {
    return new OpenRequest(
        replica, numReplicas, incarnation, layout.fingerprint(), settings, shared);
  }

  private Optional<SharedVectors> shared(Shard shard) {
    return vectors
        .shared()
        .map(
            memory ->
                new SharedVectors(
                    memory, slice(vectors.gradient(), shard), slice(vectors.weights(), shard)));
  }

  /** What carries the tensors, for a person. */
  String carrier() {
    return servers.getFirst().carrier();
  }

  /**
   * Replaces what is in the replica's vector by the servers' weights.
   *
   * @param step the step they must be of, the present one or the one before it; empty: the present
   */
  Weights pull(OptionalLong step) {
    for (Shard shard : shards.shards()) {
      servers.get(shard.index()).pull(step, slice(vectors.weights(), shard));
    }
    return awaitWeights();
  }

  /**
   * Whether a gradient goes in pieces as they become final, and weights are waited for piece by
   * piece. A small model is better sent as one message; and where the first server chooses a step's
   * gradients, the others' must wait for its word.
   */
  boolean sendsInPieces() {
    boolean shared = servers.stream().allMatch(ShardConnection::sharesMemory);
    long least = shared ? SHARED_PIECES_FROM_BYTES : PIECES_FROM_BYTES;
    return !firstServerChooses && layout.numFloats() * Float.BYTES >= servers.size() * least;
  }

  /**
   * Starts to push a gradient computed at the weights that the engine holds; newer ones will come
   * into the replica's vector. Neither may be touched until they have.
   */
  void push() {
    push(shards.shards().getFirst());
    boolean taken = !firstServerChooses || servers.getFirst().awaitVerdict();
    for (Shard shard : shards.shards().subList(1, servers.size())) {
      if (taken) {
        push(shard);
      } else {
        servers.get(shard.index()).pull(slice(vectors.weights(), shard));
      }
    }
  }

  private void push(Shard shard) {
    Push push = nextPush(shard);
    long begun = trace.pushBegins(shard.index(), push.sequence());
    servers
        .get(shard.index())
        .push(push, slice(vectors.gradient(), shard), slice(vectors.weights(), shard));
    trace.pushEnds(shard.index(), begun);
  }

  /**
   * As {@link #push}, but nothing is sent yet: {@link #pushPiece} does, as it becomes final. What
   * came before must have been collected.
   */
  void beginPush() {
    for (Shard shard : shards.shards()) {
      servers
          .get(shard.index())
          .beginPush(
              nextPush(shard), slice(vectors.gradient(), shard), slice(vectors.weights(), shard));
    }
  }

  /** Floats {@code [begin, begin + length)} of the gradient are final. */
  void pushPiece(long begin, long length) {
    for (Shard shard : shards.shards()) {
      long from = Math.max(begin, shard.begin());
      long to = Math.min(begin + length, shard.begin() + shard.length());
      if (from < to) {
        int server = shard.index();
        long begun = trace.pushBegins(server, sequences[server]);
        servers.get(server).pushPiece(from - shard.begin(), to - from);
        trace.pushEnds(server, begun);
      }
    }
  }

  private Push nextPush(Shard shard) {
    long sequence = ++sequences[shard.index()];
    long step = held.of(firstServerChooses ? 0 : shard.index());
    return new Push(replica, incarnation, sequence, step);
  }

  /** What the first server says of the last push; the floats may still be on the way. */
  Weights awaitStep() {
    long begun = trace.awaitBegins();
    Weights head = servers.getFirst().awaitStep();
    trace.awaitEnds(begun);
    return head;
  }

  /** Waits until floats {@code [begin, begin + length)} of the parameters have come. */
  void awaitFloats(long begin, long length) {
    for (Shard shard : shards.shards()) {
      long to = Math.min(begin + length, shard.begin() + shard.length());
      if (Math.max(begin, shard.begin()) < to) {
        servers.get(shard.index()).awaitFloats(to - shard.begin());
        if (to == shard.begin() + shard.length()) {
          trace.answered(shard.index());
        }
      }
    }
  }

  /** Waits for all that the last push or pull asked for. */
  Weights awaitWeights() {
    long begun = trace.awaitBegins();
    Weights first = collectWeights();
    trace.awaitEnds(begun);
    return first;
  }

  /** As {@link #awaitWeights}, where there is nothing to wait for but to take note of. */
  Weights collectWeights() {
    Weights first = collectWeights(0);
    for (int server = 1; server < servers.size(); server++) {
      collectWeights(server);
    }
    return first;
  }

  private Weights collectWeights(int server) {
    Weights weights = servers.get(server).awaitWeights();
    trace.answered(server);
    if (fillsEngine) {
      held.set(server, weights.step());
    }
    return weights;
  }

  /** Ends the run at {@code step}, or at the present step if that is later. */
  long declareLastStep(long step) {
    long declared = servers.getFirst().declareLastStep(step);
    for (ShardConnection server : servers.subList(1, servers.size())) {
      server.declareLastStep(declared);
    }
    return declared;
  }

  void awaitOthers() {
    servers.forEach(ShardConnection::awaitOthers);
  }

  /** Says goodbye everywhere; the first server's count stands for all. */
  Farewell leave() {
    Farewell first = servers.getFirst().leave();
    servers.subList(1, servers.size()).forEach(ShardConnection::leave);
    return first;
  }

  private static MemorySegment slice(MemorySegment flat, Shard shard) {
    return Floats.slice(flat, shard.begin(), shard.length());
  }

  @Override
  public void close() {
    servers.forEach(ShardConnection::close);
  }
}
