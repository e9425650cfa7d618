package gradwire.bench.transport;

import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.infra.ThreadParams;

/**
 * One push, pull, or both, between this process and a server's; or the same bytes over a raw
 * socket, or by a memory copy.
 *
 * <p>Each benchmark thread is a worker with a connection of its own, which belongs to the thread
 * that made it. Gradients are as long as the tensor, so those of 100 MB come from memory, not from
 * the cache; all workers send the same one, each receives its own weights.
 *
 * <p>The trap: on two cores the compiler competes with what it compiles, and a fresh pair of
 * processes runs at half speed for 10 s. {@link TransportRows} therefore measures all rows of one
 * transport in one warm pair of processes ({@code forks = 0} inside a child of its own). Alone:
 *
 * <pre>{@code
 * java -cp "kernels-bench/target/classes:kernels-bench/target/lib/*" org.openjdk.jmh.Main \
 *     TransportBenchmark -p row=transport/tcp/push/100MB/w1
 * }</pre>
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 10, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TransportBenchmark {
  /** What all workers share. */
  @State(Scope.Benchmark)
  public static class Stage {
    @Param("transport/tcp/push+pull/318KB/w1")
    String row = "";

    @Param({"ROW", "LIMIT"})
    Subject subject = Subject.ROW;

    private final Arena arena = Arena.ofShared();
    private TransportCase measured = TransportCase.named("transport/tcp/push/1KB/w1");
    private MemorySegment gradient = MemorySegment.NULL;
    private String address = "";

    @Setup(Level.Trial)
    public void serve() {
      measured = TransportCase.named(row);
      if (subject == Subject.LIMIT && measured.limit() == Limit.STEP_IN_MEMORY) {
        measured = measured.inMemory();
        subject = Subject.ROW;
      }
      gradient = Floats.allocate(arena, measured.size().numFloats());
      Numbers.fill(gradient);
      if (needsServer()) {
        address = ServerProcess.serve(subject, measured);
      }
    }

    private boolean needsServer() {
      return subject == Subject.ROW || measured.limit() != Limit.MEMORY_COPY;
    }

    private Exchange connect(int worker) {
      return switch (subject) {
        case ROW -> new ShardExchange(measured, worker, address, gradient);
        case LIMIT ->
            needsServer()
                ? new RawExchange(measured, address, gradient)
                : new CopyExchange(measured, gradient);
      };
    }

    @TearDown(Level.Trial)
    public void close() {
      if (needsServer()) {
        ServerProcess.stopServing();
      }
      arena.close();
    }
  }

  /** One worker. */
  @State(Scope.Thread)
  public static class Worker {
    private Exchange exchange = NOT_CONNECTED;

    @Setup(Level.Trial)
    public void connect(Stage stage, ThreadParams thread) {
      exchange = stage.connect(thread.getThreadIndex());
    }

    @TearDown(Level.Trial)
    public void close() {
      exchange.close();
    }
  }

  private static final Exchange NOT_CONNECTED =
      new Exchange() {
        @Override
        public void run() {
          throw new IllegalStateException("not connected");
        }

        @Override
        public void close() {}
      };

  /** From the first byte sent to the last byte received. */
  @Benchmark
  public void exchange(Worker worker) {
    worker.exchange.run();
  }
}
