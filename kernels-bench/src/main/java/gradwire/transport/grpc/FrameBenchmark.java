package gradwire.transport.grpc;

import gradwire.tensor.Floats;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One {@code TensorFrame} written to, and parsed from, memory such as a socket's buffers: what a
 * frame costs beside the network. Both copy the payload once and sum it; {@link #copy} does no more
 * than copy it. It stays in the cache, as a frame on its way does.
 *
 * <p>Stands in the transport's package, whose frames are nobody else's business.
 */
@NullMarked
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FrameBenchmark {
  private static final int HEADER_ROOM_BYTES = 256;

  @Param({"16384", "318040", "1048576"})
  int numBytes;

  private final Arena arena = Arena.ofShared();
  private MemorySegment source = MemorySegment.NULL;
  private MemorySegment target = MemorySegment.NULL;
  private SocketBuffers socket = new SocketBuffers(MemorySegment.ofArray(new byte[0]));
  private FrameEnds ends = new FrameEnds(MemorySegment.NULL);
  private int messageBytes;

  /** Checks that a message read is what was written, too. */
  @Setup(Level.Trial)
  public void allocate() throws IOException {
    source = Floats.allocate(arena, numBytes / Float.BYTES);
    target = Floats.allocate(arena, numBytes / Float.BYTES);
    for (long i = 0; i < Floats.length(source); i++) {
      source.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) Math.sin(i));
    }
    socket = new SocketBuffers(arena.allocate(numBytes + HEADER_ROOM_BYTES));
    ends = new FrameEnds(target);
    messageBytes = write();
    if (parse() != Floats.length(source) || source.mismatch(target) >= 0) {
      throw new IllegalStateException("the frame read is not the frame written");
    }
  }

  @TearDown(Level.Trial)
  public void free() {
    arena.close();
  }

  @Benchmark
  public int write() throws IOException {
    return FrameEnds.write(FrameEnds.push(source), socket.new Out());
  }

  @Benchmark
  public long parse() throws IOException {
    return ends.read(socket.new In(messageBytes)).numFloats();
  }

  /** The limit. */
  @Benchmark
  public void copy() {
    target.copyFrom(source);
  }
}
