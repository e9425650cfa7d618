package gradwire.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import gradwire.cluster.HostPort;
import gradwire.config.Transport;
import gradwire.server.ParameterServer;
import gradwire.tensor.Floats;
import gradwire.tensor.SharedMemory;
import gradwire.transport.OpenRequest;
import gradwire.transport.Push;
import gradwire.transport.SharedVectors;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a step leaves on the heap: so much for what goes as one piece, and nothing for a float. A
 * worker pushes, a server applies with Adam, the weights come back; all of it in this process, by
 * each carrier.
 */
@EnabledOnOs(OS.LINUX)
final class ExchangeGarbageTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Of one step: on the worker's thread, and on all others, which are the server's. */
  private record Garbage(long workerBytes, long serverBytes) {
    static Garbage untilNow() {
      long worker = THREADS.getCurrentThreadAllocatedBytes();
      return new Garbage(worker, THREADS.getTotalThreadAllocatedBytes() - worker);
    }

    Garbage since(Garbage before, int numSteps) {
      return new Garbage(
          (workerBytes - before.workerBytes) / numSteps,
          (serverBytes - before.serverBytes) / numSteps);
    }
  }

  /**
   * Measured by a socket: 1.2 KB an HTTP/2 frame of 64 KiB at the worker and 0.7 KB at the server;
   * by shared memory some 1 KB a message of 2 MiB; beside them up to 5 KB a step. The bounds leave
   * half as much again and more for what the compiler does another time. A shard does not turn to
   * lanes within so few steps; until those are compiled they leave more.
   */
  @ParameterizedTest
  @CsvSource({
    "TCP, 256, 1500",
    "UDS, 79510, 1000",
    "TCP, 79510, 1000",
    "TCP, 524288, 300",
    "SHM, 256, 1000",
    "SHM, 79510, 1000",
    "SHM, 524288, 300"
  })
  void aStepLeavesSoMuchAPiece(Transport transport, int numFloats, int numSteps) {
    boolean isShared = transport == Transport.SHM;
    long pieceBytes = isShared ? Frame.pieceFloats(true) * Float.BYTES : Channels.HTTP2_FRAME_BYTES;
    long pieces = 2 * Math.ceilDiv((long) numFloats * Float.BYTES, pieceBytes);

    Garbage step = step(transport, numFloats, numSteps);

    assertThat(step.workerBytes())
        .as("worker, bytes a step of %d pieces", pieces)
        .isLessThan(6_000 + pieces * 1_800);
    assertThat(step.serverBytes())
        .as("server, bytes a step of %d pieces", pieces)
        .isLessThan(7_000 + pieces * 1_400);
  }

  private static Garbage step(Transport transport, int numFloats, int numSteps) {
    StressJob job = new StressJob(true, 1, numFloats, 1);
    try (SharedMemory memory = SharedMemory.create(2L * numFloats).orElseThrow();
        ParameterServer server = new ParameterServer("ps-0", Optional.empty());
        GrpcShardServer grpc =
            new GrpcShardServer(
                "ps-0", new HostPort("127.0.0.1", 0), ServerOptions.PLAIN, server.service());
        CallerLoop loop = new CallerLoop();
        GrpcShardConnection line =
            new GrpcShardConnection(
                "ps-0",
                grpc.address(),
                loop,
                new ConnectionOptions(transport, Optional.empty(), Duration.ofSeconds(30)))) {
      MemorySegment gradient = Floats.slice(memory.floats(), 0, numFloats);
      MemorySegment weights = Floats.slice(memory.floats(), numFloats, numFloats);
      SharedVectors vectors = new SharedVectors(memory, gradient, weights);
      line.open(new OpenRequest(0, 1, 0, 7, Optional.of(job.settings()), Optional.of(vectors)));
      line.initialize(weights);
      run(line, gradient, weights, 0, numSteps);
      Garbage before = Garbage.untilNow();
      run(line, gradient, weights, numSteps, numSteps);
      Garbage step = Garbage.untilNow().since(before, numSteps);
      line.leave();
      return step;
    }
  }

  private static void run(
      GrpcShardConnection line,
      MemorySegment gradient,
      MemorySegment weights,
      int first,
      int numSteps) {
    for (int step = first; step < first + numSteps; step++) {
      line.push(new Push(0, 0, step + 1, step), gradient, weights);
      line.awaitWeights();
    }
  }
}
