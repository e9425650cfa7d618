package gradwire.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import gradwire.cluster.HostPort;
import gradwire.cluster.ServerAddress;
import gradwire.error.GradwireException;
import gradwire.server.LocalServer.Line;
import gradwire.server.LocalServer.Transport;
import gradwire.transport.Outcome;
import gradwire.transport.Push;
import gradwire.transport.grpc.CallerLoop;
import gradwire.transport.grpc.ConnectionOptions;
import gradwire.transport.grpc.GrpcShardConnection;
import gradwire.transport.grpc.GrpcShardServer;
import gradwire.transport.grpc.ServerOptions;
import gradwire.transport.grpc.proto.Asynchronous;
import gradwire.transport.grpc.proto.AwaitOthersRequest;
import gradwire.transport.grpc.proto.Chunk;
import gradwire.transport.grpc.proto.Consistency;
import gradwire.transport.grpc.proto.LastStepRequest;
import gradwire.transport.grpc.proto.LeaveRequest;
import gradwire.transport.grpc.proto.OpenRequest;
import gradwire.transport.grpc.proto.Optimizer;
import gradwire.transport.grpc.proto.ParameterServerGrpc;
import gradwire.transport.grpc.proto.ShardSettings;
import gradwire.transport.grpc.proto.Synchronous;
import gradwire.transport.grpc.proto.TensorFrame;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What generated code of any language may send: every wrong call is refused in words. */
final class HostileCallerTest {
  private static final int NUM_FLOATS = 300_000;

  private final LocalServer server = new LocalServer(Transport.GRPC);
  private final ManagedChannel channel =
      NettyChannelBuilder.forAddress(server.address().host(), server.address().port())
          .usePlaintext()
          .maxInboundMessageSize(4 << 20)
          .build();
  private final ParameterServerGrpc.ParameterServerBlockingStub stub =
      ParameterServerGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);

  @AfterEach
  void close() {
    channel.shutdownNow();
    server.close();
  }

  @Test
  void anotherProtocolVersionIsRefused() {
    assertRefused(
        open -> open.setProtocol(1),
        "worker-0: expected protocol 4, got 1; run the same version of Gradwire on all hosts");
  }

  @Test
  void absurdSettingsAreRefusedAndTheChiefCanTryAgain() {
    assertRefused(open -> open.setNumWorkers(-1), "num_workers: expected 1 to 100000, got -1");
    assertRefused(open -> open.setWorker(5), "worker-5: expected settings from worker-0");
    assertRefused(settings(s -> s.setLastStep(-1)), "last_step: expected a step number, got 1844");
    assertRefused(settings(s -> s.setNumShards(0)), "shard: expected an index below num_shards");
    assertRefused(settings(s -> s.setCheckpointKeep(0)), "training.checkpoint.keep: expected at");
    assertRefused(settings(s -> s.setCheckpointEverySteps(-1)), "every_steps: expected at least 0");
    assertRefused(settings(s -> s.clearConsistency()), "consistency: expected a mode, got none");
    assertRefused(settings(s -> s.setOptimizer(Optimizer.newBuilder().setName("x"))), "optimizer");
    assertRefused(settings(s -> s.addChunks(chunk(0))), "chunk of w: expected a known kind and");
    assertRefused(
        settings(s -> s.addChunks(chunk(1).setKindValue(7))), "chunk of w: expected a known kind");
    assertRefused(
        settings(s -> s.addChunks(chunk(Long.MAX_VALUE))), "chunks: expected a length that memory");
    assertRefused(settings(s -> s.addChunks(chunk(1L << 50))), "expected room for weights");

    assertThat(stub.open(request().build()).getInitialized()).isFalse();
  }

  @Test
  void callsBeforeOpenAndOfStrangersAreRefused() {
    String before = "the chief (worker-0) has not brought this server its settings";
    assertThatThrownBy(() -> stub.leave(LeaveRequest.getDefaultInstance()))
        .hasMessageContaining(before);
    assertThat(exchanged(frame(TensorFrame.Kind.PULL))).contains(before);
    assertThat(exchanged(push(0, 4))).contains(before);
    assertThat(exchanged(push(0, 2), push(2, 2))).contains(before);
    assertThat(exchanged(push(0, NUM_FLOATS))).contains(before);
    stub.open(request().build());
    assertThatThrownBy(() -> stub.leave(LeaveRequest.newBuilder().setWorker(9).build()))
        .hasMessageContaining("worker-9: expected a worker index below 1");
    assertThatThrownBy(
            () -> stub.awaitOthers(AwaitOthersRequest.newBuilder().setWorker(-1).build()))
        .hasMessageContaining("worker--1: expected a worker index");
    assertThatThrownBy(
            () -> stub.declareLastStep(LastStepRequest.newBuilder().setIncarnation(4).build()))
        .hasMessageContaining("worker-0 incarnation 4: expected incarnation 0");
    assertThat(exchanged(frame(TensorFrame.Kind.PULL).setWorker(9)))
        .contains("worker-9: expected a worker index below 1");
    assertThat(exchanged(frame(TensorFrame.Kind.PULL))).contains("expected worker-0 to bring");
  }

  @Test
  void framesOfAnotherRequestThanTheOneUnderWayAreRefused() {
    initialized();
    assertThat(exchanged(push(4, 4).setRequest(2)))
        .contains("worker-0: expected request 1 of this stream next, got 2");
    restarted();
    assertThat(exchanged(push(0, 100_000), push(200_000, 100_000).setRequest(2)))
        .contains("worker-0: expected a frame of request 1");
    restarted();
    assertThat(exchanged(push(0, 100_000), frame(TensorFrame.Kind.PULL)))
        .contains("got 0 floats from 0 on of PULL");
    assertTrainsOn();
  }

  @Test
  void framesThatMakeNoSenseAreRefused() {
    initialized();
    String expected = "worker-0: expected PUSH or INITIALIZE, or PULL without floats, got ";
    assertThat(exchanged(frame(TensorFrame.Kind.WEIGHTS))).contains(expected + "WEIGHTS");
    restarted();
    assertThat(exchanged(push(0, 4).setTotal(4).setKind(TensorFrame.Kind.PULL)))
        .contains(expected + "PULL of 4 floats");
    restarted();
    assertThat(exchanged(frame(TensorFrame.Kind.UNSPECIFIED))).contains(expected + "UNSPECIFIED");
    restarted();
    assertThat(exchanged(push(0, 100_000), push(100_000, 1).setWorker(1)))
        .contains("worker-1 incarnation " + incarnation + ": this stream belongs to worker-0");
    restarted();
    assertThat(unsummed(push(0, 4).setTotal(4).setCrc32C(5).build())).isEqualTo("RESEND");
    restarted();
    assertThat(unsummed(summed(push(0, 0).setTotal(4).setShared(4)))).isEqualTo("RESEND");
    assertTrainsOn();
  }

  @Test
  void whoAsksAgainBeforeTheAnswerIsRefused() {
    stub.open(
        settings(
                s ->
                    s.setConsistency(
                        Consistency.newBuilder().setSynchronous(Synchronous.getDefaultInstance())))
            .apply(request().setNumWorkers(2))
            .build());
    BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    StreamObserver<TensorFrame> out =
        ParameterServerGrpc.newStub(channel).exchange(new Answers(answers));
    for (var kind : List.of(TensorFrame.Kind.INITIALIZE, TensorFrame.Kind.PUSH)) {
      int request = kind == TensorFrame.Kind.INITIALIZE ? 1 : 2;
      out.onNext(summed(push(0, 200_000).setKind(kind).setRequest(request)));
      out.onNext(summed(push(200_000, 100_000).setKind(kind).setRequest(request)));
    }
    out.onNext(summed(frame(TensorFrame.Kind.PULL).setRequest(3)));

    assertThat(await(answers)).isEqualTo("ACCEPTED");
    assertThat(await(answers))
        .contains("worker-0: expected to be asked one thing at a time, await the answer first");
  }

  @Test
  void aServerThatGoesAwayIsNamedWithinSeconds() throws InterruptedException {
    try (Line chief = server.connect(0, LocalServer.LONG)) {
      chief.open(2, Jobs.settings(Jobs.SYNC, 1));
      chief.connection().initialize(Jobs.zeros(1));
      chief.connection().push(new Push(0, 0, 1, 0), Jobs.zeros(1), Jobs.zeros(1));
      Thread closer = Thread.ofPlatform().start(server::close);

      assertThatThrownBy(() -> chief.connection().awaitWeights())
          .isInstanceOf(GradwireException.class)
          .hasMessageStartingWith("ps-0 (" + server.address() + "): connection lost while waiting")
          .hasMessageEndingWith("did it end? see its log");
      closer.join();
    }
  }

  @Test
  void aServerThatIsNotThereIsSaidToBe() {
    HostPort nobody = server.address();
    server.close();
    try (CallerLoop loop = new CallerLoop();
        GrpcShardConnection line =
            new GrpcShardConnection(
                "ps-0", ServerAddress.of(nobody), loop, ConnectionOptions.of(LocalServer.SHORT))) {
      assertThatThrownBy(
              () ->
                  line.open(
                      new gradwire.transport.OpenRequest(
                          1, 2, 0, 7, Optional.empty(), Optional.empty())))
          .hasMessage(
              "ps-0 ("
                  + nobody
                  + "): could not connect; is it running, and reachable at this address?");
    }
  }

  @Test
  void aPortInUseIsAClearError() {
    try (ParameterServer other = new ParameterServer("ps-1", Optional.empty())) {
      assertThatThrownBy(
              () ->
                  new GrpcShardServer(
                      "ps-1", server.address(), ServerOptions.PLAIN, other.service()))
          .isInstanceOf(GradwireException.class)
          .hasMessageStartingWith("ps-1: cannot listen on " + server.address() + " (")
          .hasMessageContaining("Address already in use")
          .hasMessageEndingWith("); is the port in use? stop its owner or choose another port");
      assertThatThrownBy(
              () ->
                  new GrpcShardServer(
                      "ps-1",
                      new HostPort("no-such-host.invalid", 0),
                      ServerOptions.PLAIN,
                      other.service()))
          .hasMessageContaining("ps-1: cannot listen on no-such-host.invalid:0 (")
          .hasMessageContaining("UnresolvedAddress");
    }
  }

  private int incarnation;

  private void initialized() {
    stub.open(request().build());
    TensorFrame.Builder first = push(0, 200_000).setKind(TensorFrame.Kind.INITIALIZE);
    TensorFrame.Builder second = push(200_000, 100_000).setKind(TensorFrame.Kind.INITIALIZE);
    assertThat(exchanged(first, second)).isEqualTo("ACCEPTED");
    restarted();
  }

  /** The refused stream's worker was lost; its next start takes its place. */
  private void restarted() {
    incarnation++;
    stub.open(request().setIncarnation(incarnation).build());
  }

  private void assertTrainsOn() {
    restarted();
    assertThat(exchanged(push(0, 200_000), push(200_000, 100_000)))
        .isEqualTo(Outcome.APPLIED.name());
  }

  /** Sends the frames and returns what came back: an outcome, ACCEPTED or a refusal's text. */
  private String exchanged(TensorFrame.Builder... frames) {
    BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    StreamObserver<TensorFrame> out =
        ParameterServerGrpc.newStub(channel).exchange(new Answers(answers));
    for (TensorFrame.Builder frame : frames) {
      out.onNext(summed(frame));
    }
    return await(answers, out);
  }

  private String unsummed(TensorFrame frame) {
    BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    StreamObserver<TensorFrame> out =
        ParameterServerGrpc.newStub(channel).exchange(new Answers(answers));
    out.onNext(frame);
    return await(answers, out);
  }

  private static String await(BlockingQueue<String> answers, StreamObserver<TensorFrame> out) {
    String answer = await(answers);
    out.onCompleted();
    return answer;
  }

  private static String await(BlockingQueue<String> answers) {
    try {
      return String.valueOf(answers.poll(30, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private record Answers(BlockingQueue<String> queue) implements StreamObserver<TensorFrame> {
    @Override
    public void onNext(TensorFrame frame) {
      queue.add(
          frame.getKind() == TensorFrame.Kind.WEIGHTS
              ? frame.getOutcome().name()
              : frame.getKind().name());
    }

    @Override
    public void onError(Throwable failure) {
      queue.add(String.valueOf(failure.getMessage()));
    }

    @Override
    public void onCompleted() {}
  }

  private TensorFrame.Builder push(int offset, int length) {
    return frame(TensorFrame.Kind.PUSH)
        .setSequence(1)
        .setOffset(offset)
        .setTotal(NUM_FLOATS)
        .setPayload(ByteString.copyFrom(new byte[Math.min(length, 1 << 18) * Float.BYTES]));
  }

  private TensorFrame.Builder frame(TensorFrame.Kind kind) {
    return TensorFrame.newBuilder().setKind(kind).setIncarnation(incarnation).setRequest(1);
  }

  private static TensorFrame summed(TensorFrame.Builder frame) {
    CRC32C crc = new CRC32C();
    long[] fields = {
      frame.getKindValue(),
      frame.getWorker(),
      frame.getIncarnation(),
      frame.getSequence(),
      frame.getStep(),
      frame.getLastStep(),
      frame.getOutcomeValue(),
      frame.getOffset(),
      frame.getTotal(),
      frame.getShared(),
      frame.getRequest()
    };
    ByteBuffer header = ByteBuffer.allocate(88).order(ByteOrder.LITTLE_ENDIAN);
    Arrays.stream(fields).forEach(header::putLong);
    crc.update(header.flip());
    crc.update(frame.getPayload().toByteArray());
    return frame.setCrc32C((int) crc.getValue()).build();
  }

  private static OpenRequest.Builder request() {
    return OpenRequest.newBuilder()
        .setProtocol(4)
        .setNumWorkers(1)
        .setLayoutFingerprint(7)
        .setSettings(
            ShardSettings.newBuilder()
                .setNumShards(1)
                .addChunks(chunk(NUM_FLOATS))
                .setOptimizer(
                    Optimizer.newBuilder()
                        .setName("sgd")
                        .putHyperparameters("learning_rate", 1)
                        .setSchedule("constant"))
                .setConsistency(
                    Consistency.newBuilder().setAsynchronous(Asynchronous.getDefaultInstance()))
                .setLastStep(1000)
                .setCheckpointKeep(1));
  }

  private static Chunk.Builder chunk(long length) {
    return Chunk.newBuilder().setTensor("w").setLength(length);
  }

  private static UnaryOperator<OpenRequest.Builder> settings(
      UnaryOperator<ShardSettings.Builder> change) {
    return open -> open.setSettings(change.apply(open.getSettings().toBuilder()));
  }

  private void assertRefused(UnaryOperator<OpenRequest.Builder> change, String reason) {
    assertThatThrownBy(() -> stub.open(change.apply(request()).build()))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageStartingWith("FAILED_PRECONDITION: ")
        .hasMessageContaining(reason);
  }
}
