package gradwire.transport;

import gradwire.tensor.Floats;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A small real server of one worker, {@code w = w / 2 + g}, over lines that break where a plan says
 * so: before the server has taken the call, or after. One thread.
 */
final class BreakingServer {
  /** What happens to a call. */
  enum Fate {
    WELL,
    BREAKS_BEFORE,
    BREAKS_AFTER
  }

  /** Says what happens to the n-th call, from 0, over all lines. */
  interface Plan {
    Fate of(int call);
  }

  private final Plan plan;
  private final float[] weights;
  private int calls;
  private int lines;
  private final List<Integer> lineNumbers = new ArrayList<>();
  private boolean initialized;
  private long sequence;
  private long applied;
  private long lastStep = 1_000;

  BreakingServer(int numFloats, Plan plan) {
    this.weights = new float[numFloats];
    this.plan = plan;
  }

  int calls() {
    return calls;
  }

  int lines() {
    return lines;
  }

  /** Those that sessions were opened over, in order. */
  List<Integer> lineNumbers() {
    return lineNumbers;
  }

  long applied() {
    return applied;
  }

  float[] weights() {
    return weights.clone();
  }

  /** As if it had come back from an old copy, or from nothing. */
  void forget(long toSequence, boolean values) {
    sequence = toSequence;
    initialized = values;
  }

  ShardConnection connect() {
    return call(Line::new);
  }

  private <T> T call(Supplier<T> action) {
    Fate fate = plan.of(calls++);
    if (fate == Fate.BREAKS_BEFORE) {
      throw broken();
    }
    T result = action.get();
    if (fate == Fate.BREAKS_AFTER) {
      throw broken();
    }
    return result;
  }

  private LineBrokenException broken() {
    return new LineBrokenException("ps-0: broken at call " + calls, new IllegalStateException());
  }

  /** Forgets what waits, not what is applied, when it breaks. */
  private final class Line implements ShardConnection {
    private @Nullable Push push;
    private MemorySegment gradient = MemorySegment.NULL;
    private MemorySegment into = MemorySegment.NULL;
    private final List<long[]> pieces = new ArrayList<>();
    private @Nullable Weights head;
    private boolean delivered;
    private boolean dead;

    Line() {
      lines++;
    }

    private <T> T lineCall(Supplier<T> action) {
      if (dead) {
        throw new IllegalStateException("a broken line is used again");
      }
      if (delivered) {
        into = MemorySegment.NULL;
      }
      try {
        return call(action);
      } catch (LineBrokenException broken) {
        dead = true;
        spoil();
        throw broken;
      }
    }

    /** Of an answer that breaks off, anything may have arrived. */
    private void spoil() {
      if (into.byteSize() > 0) {
        into.setAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT, 0, Float.NaN);
      }
    }

    private void lineDo(Runnable action) {
      var unused =
          lineCall(
              () -> {
                action.run();
                return true;
              });
    }

    @Override
    public OpenReply open(OpenRequest request) {
      lineNumbers.add(request.line());
      return lineCall(() -> new OpenReply(sequence, initialized, sequence, applied));
    }

    @Override
    public void initialize(MemorySegment values) {
      lineDo(
          () -> {
            if (!initialized) {
              Floats.read(values, 0, weights, weights.length);
              initialized = true;
            }
          });
    }

    @Override
    public void push(Push newPush, MemorySegment newGradient, MemorySegment newWeights) {
      lineDo(
          () -> {
            begin(newPush, newGradient, newWeights);
            pieces.add(new long[] {0, weights.length});
          });
    }

    private void begin(@Nullable Push newPush, MemorySegment newGradient, MemorySegment newInto) {
      push = newPush;
      gradient = newGradient;
      into = newInto;
      pieces.clear();
      head = null;
      delivered = false;
    }

    @Override
    public void beginPush(Push newPush, MemorySegment newGradient, MemorySegment newWeights) {
      lineDo(() -> begin(newPush, newGradient, newWeights));
    }

    @Override
    public void pushPiece(long begin, long length) {
      lineDo(() -> pieces.add(new long[] {begin, length}));
    }

    @Override
    public void pull(OptionalLong step, MemorySegment newWeights) {
      lineDo(() -> begin(null, MemorySegment.NULL, newWeights));
    }

    @Override
    public void lookAfter() {
      lineDo(() -> {});
    }

    private Weights answer() {
      if (head == null) {
        Outcome outcome = push == null ? Outcome.NONE : take(push);
        head = new Weights(outcome, sequence, lastStep);
      }
      return head;
    }

    private Outcome take(Push taken) {
      long numFloats = pieces.stream().mapToLong(piece -> piece[1]).sum();
      if (numFloats != weights.length) {
        throw new IllegalStateException("expected the whole gradient, got " + numFloats);
      }
      if (taken.sequence() == sequence) {
        return Outcome.DUPLICATE;
      }
      if (taken.sequence() != sequence + 1) {
        throw new IllegalStateException("a gap: " + taken + " after " + sequence);
      }
      float[] values = new float[weights.length];
      Floats.read(gradient, 0, values, values.length);
      for (int i = 0; i < weights.length; i++) {
        weights[i] = weights[i] / 2 + values[i];
      }
      sequence++;
      applied++;
      return Outcome.APPLIED;
    }

    @Override
    public boolean awaitVerdict() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Weights awaitStep() {
      return lineCall(this::answer);
    }

    @Override
    public void awaitFloats(long numFloats) {
      lineDo(
          () -> {
            var unused = answer();
            Floats.write(weights, into, 0, (int) numFloats);
          });
    }

    @Override
    public Weights awaitWeights() {
      return lineCall(
          () -> {
            Weights answer = answer();
            Floats.write(weights, into, 0, weights.length);
            delivered = true;
            return answer;
          });
    }

    @Override
    public String carrier() {
      return "test";
    }

    @Override
    public long declareLastStep(long step) {
      return lineCall(() -> lastStep = Math.max(step, sequence));
    }

    @Override
    public void awaitOthers() {
      lineDo(() -> {});
    }

    @Override
    public Farewell leave() {
      return lineCall(() -> new Farewell(applied, 0));
    }

    @Override
    public void close() {
      dead = true;
    }
  }

  /** A plan with one thing going wrong, a number of times in a row. */
  static Plan breaking(Fate fate, int call, int times) {
    return n -> n >= call && n < call + times ? fate : Fate.WELL;
  }
}
