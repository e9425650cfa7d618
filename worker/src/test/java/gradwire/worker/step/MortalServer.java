package gradwire.worker.step;

import gradwire.tensor.Floats;
import gradwire.transport.Farewell;
import gradwire.transport.OpenReply;
import gradwire.transport.OpenRequest;
import gradwire.transport.Outcome;
import gradwire.transport.Push;
import gradwire.transport.ShardConnection;
import gradwire.transport.Weights;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * A small real server of one worker, {@code w = w / 2 + g}, whose worker dies at a call: before the
 * server has taken it, or after. One thread.
 */
final class MortalServer {
  /** The end of a worker's process, as far as a thread can have one. */
  static final class Death extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** When the worker dies, over all servers. */
  static final class Fate {
    private final int deadlyCall;
    private final boolean after;
    private int calls;

    /**
     * @param deadlyCall from 0
     * @param after whether the server has taken the call
     */
    Fate(int deadlyCall, boolean after) {
      this.deadlyCall = deadlyCall;
      this.after = after;
    }

    int calls() {
      return calls;
    }

    <T> T call(Supplier<T> action) {
      boolean deadly = calls++ == deadlyCall;
      if (deadly && !after) {
        throw new Death();
      }
      T result = action.get();
      if (deadly) {
        throw new Death();
      }
      return result;
    }

    void run(Runnable action) {
      var unused =
          call(
              () -> {
                action.run();
                return true;
              });
    }
  }

  private final Fate fate;
  private float[] weights = {};
  private float[] before = {};
  private boolean initialized;
  private long step;
  private long applied;
  private long lastStep;

  MortalServer(Fate fate) {
    this.fate = fate;
  }

  long applied() {
    return applied;
  }

  float[] weights() {
    return weights.clone();
  }

  private static float[] read(MemorySegment floats) {
    float[] values = new float[(int) Floats.length(floats)];
    Floats.read(floats, 0, values, values.length);
    return values;
  }

  ShardConnection connect() {
    return new Line();
  }

  private final class Line implements ShardConnection {
    private Outcome outcome = Outcome.NONE;
    private float[] answer = {};
    private long answerStep;
    private MemorySegment into = MemorySegment.NULL;

    @Override
    public OpenReply open(OpenRequest request) {
      return fate.call(
          () -> {
            if (!initialized) {
              lastStep = request.settings().orElseThrow().lastStep();
            }
            return new OpenReply(step, initialized, step, applied);
          });
    }

    @Override
    public void initialize(MemorySegment values) {
      fate.run(
          () -> {
            weights = read(values);
            before = weights;
            initialized = true;
          });
    }

    @Override
    public void push(Push push, MemorySegment gradient, MemorySegment newWeights) {
      into = newWeights;
      fate.run(
          () -> {
            outcome = take(push, read(gradient));
            answerWith(weights, step);
          });
    }

    private void answerWith(float[] values, long ofStep) {
      answer = values;
      answerStep = ofStep;
    }

    private Outcome take(Push push, float[] gradient) {
      if (push.sequence() == step) {
        return Outcome.DUPLICATE;
      }
      if (push.sequence() != step + 1 || push.step() != step) {
        throw new IllegalStateException("expected the next push of step " + step + ", got " + push);
      }
      if (step >= lastStep) {
        return Outcome.FINISHED;
      }
      before = weights.clone();
      for (int i = 0; i < weights.length; i++) {
        weights[i] = weights[i] / 2 + gradient[i];
      }
      step++;
      applied++;
      return Outcome.APPLIED;
    }

    @Override
    public void beginPush(Push push, MemorySegment gradient, MemorySegment newWeights) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void pushPiece(long begin, long length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean awaitVerdict() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void pull(OptionalLong wanted, MemorySegment newWeights) {
      into = newWeights;
      fate.run(
          () -> {
            outcome = Outcome.NONE;
            long ofStep = wanted.orElse(step);
            if (ofStep != step && ofStep != step - 1) {
              throw new IllegalStateException("at step " + step + ", asked for " + ofStep);
            }
            answerWith(ofStep == step ? weights : before, ofStep);
          });
    }

    @Override
    public Weights awaitStep() {
      return fate.call(() -> new Weights(outcome, answerStep, lastStep));
    }

    @Override
    public void awaitFloats(long numFloats) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Weights awaitWeights() {
      return fate.call(
          () -> {
            Floats.write(answer, into, 0, answer.length);
            return new Weights(outcome, answerStep, lastStep);
          });
    }

    @Override
    public String carrier() {
      return "test";
    }

    @Override
    public long declareLastStep(long wanted) {
      return fate.call(() -> lastStep = Math.max(wanted, step));
    }

    @Override
    public void awaitOthers() {
      fate.run(() -> {});
    }

    @Override
    public Farewell leave() {
      return fate.call(() -> new Farewell(applied, 0));
    }

    @Override
    public void close() {}
  }
}
