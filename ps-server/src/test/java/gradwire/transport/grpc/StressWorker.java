package gradwire.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.tensor.Floats;
import gradwire.tensor.SharedMemory;
import gradwire.transport.OpenRequest;
import gradwire.transport.Outcome;
import gradwire.transport.Push;
import gradwire.transport.ShardConnection;
import gradwire.transport.SharedVectors;
import gradwire.transport.Weights;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.SplittableRandom;

/** One worker of a {@link StressJob}, in the calling thread, from open to leave. */
final class StressWorker implements AutoCloseable {
  private final StressJob job;
  private final int worker;
  private final SplittableRandom random;
  private final SharedMemory memory;
  private final MemorySegment gradient;
  private final MemorySegment weights;
  private long lastStep;

  StressWorker(StressJob job, int worker, long seed) {
    this.job = job;
    this.worker = worker;
    this.random = new SplittableRandom(seed);
    memory = SharedMemory.create(2L * job.numFloats()).orElseThrow();
    gradient = Floats.slice(memory.floats(), 0, job.numFloats());
    weights = Floats.slice(memory.floats(), job.numFloats(), job.numFloats());
  }

  /** The weights at the end if this is the chief, else nothing. */
  float[] train(ShardConnection line) {
    join(line);
    for (int step = 0; step < job.numSteps(); step++) {
      job.writeGradient(worker, step, weights, gradient);
      Weights answer = step(line, step);
      assertThat(answer.outcome()).isEqualTo(Outcome.APPLIED);
      if (job.isSync()) {
        assertThat(answer.step()).isEqualTo(step + 1);
      }
      lastStep = answer.step();
    }
    return worker == 0 ? last(line) : leave(line);
  }

  private void join(ShardConnection line) {
    boolean isChief = worker == 0;
    line.open(
        new OpenRequest(
            worker,
            job.numWorkers(),
            0,
            7,
            isChief ? Optional.of(job.settings()) : Optional.empty(),
            Optional.of(new SharedVectors(memory, gradient, weights))));
    if (isChief) {
      job.writeInitial(gradient);
      line.initialize(gradient);
    }
    line.pull(weights);
    lastStep = line.awaitWeights().step();
  }

  private Weights step(ShardConnection line, int step) {
    Push push = new Push(worker, 0, step + 1L, lastStep);
    if (random.nextBoolean()) {
      line.push(push, gradient, weights);
    } else {
      line.beginPush(push, gradient, weights);
      pushPieces(line);
    }
    if (random.nextBoolean()) {
      line.awaitStep();
      line.awaitFloats(random.nextInt(job.numFloats()));
    }
    return line.awaitWeights();
  }

  /** The last layer first, cut anywhere. */
  private void pushPieces(ShardConnection line) {
    long end = job.numFloats();
    while (end > 0) {
      long length = Math.min(end, 1 + random.nextLong(job.numFloats()));
      end -= length;
      line.pushPiece(end, length);
    }
  }

  private float[] last(ShardConnection line) {
    line.awaitOthers();
    line.pull(weights);
    line.awaitWeights();
    float[] result = weights.toArray(ValueLayout.JAVA_FLOAT);
    leave(line);
    return result;
  }

  private float[] leave(ShardConnection line) {
    var farewell = line.leave();
    assertThat(farewell.applied()).isEqualTo(job.numSteps());
    assertThat(farewell.dropped()).isZero();
    return new float[0];
  }

  /** Changes one float, of the gradient or of the weights; a second time, back again. */
  void flip(boolean ofGradient, long index) {
    MemorySegment floats = ofGradient ? gradient : weights;
    float value = floats.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    floats.setAtIndex(ValueLayout.JAVA_FLOAT, index, -value - 0.5f);
  }

  /** When the line is closed. */
  @Override
  public void close() {
    memory.close();
  }
}
